package redshift

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

const modulePath = "github.com/redshift-go/redshift"

// userAgent returns the header User-Agent: this library, Go, the system, and the program if it has a name.
func userAgent(appID string) string {
	info, _ := debug.ReadBuildInfo()
	text := fmt.Sprintf("redshift-go/%s lang/go#%s os/%s md/GOARCH#%s", version(info), strings.TrimPrefix(runtime.Version(), "go"), runtime.GOOS, runtime.GOARCH)
	if appID != "" {
		text += " app/" + appID
	}

	return text
}

// resolveAppID returns the name of the program, or an empty string. A bad name in the Config is an error. One in the
// environment is not: it may be meant for another program, and must not stop this one.
func resolveAppID(config Config, getenv func(string) string) (string, error) {
	const name = "AWS_SDK_UA_APP_ID"
	if config.AppID != "" {
		if err := checkAppID(config.AppID); err != nil {
			return "", fmt.Errorf("Config.AppID: %w", err)
		}

		return config.AppID, nil
	}
	appID := getenv(name)
	if checkAppID(appID) == nil {
		return appID, nil
	}
	if config.Logger != nil {
		config.Logger.Warn("redshift: invalid environment variable ignored", "name", name, "allowed", allowedAppID)
	}

	return "", nil
}

// version is this module's in the program, as the program was built: devel in its own tree.
func version(info *debug.BuildInfo) string {
	if info == nil {
		return "unknown"
	}
	found := ""
	for _, module := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if module.Path != modulePath {
			continue
		}
		if found = module.Version; module.Replace != nil {
			found = module.Replace.Version
		}
	}
	if found == "" || found == "(devel)" {
		return "devel"
	}

	return strings.TrimPrefix(found, "v")
}

// maxAppID is Amazon's limit.
const maxAppID = 50

const allowedAppID = "up to 50 letters, digits and !$%&'*+-.^_`|~"

// checkAppID makes sure that a name can stand in a User-Agent, as Amazon's own SDKs have it there.
func checkAppID(appID string) error {
	if len(appID) > maxAppID {
		return fmt.Errorf("it has %d characters, use %d at most", len(appID), maxAppID)
	}
	for i := range len(appID) {
		c := appID[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("!$%&'*+-.^_`|~", c) >= 0) {
			return fmt.Errorf("%q cannot stand in it, use letters, digits and !$%%&'*+-.^_`|~", appID[i:i+1])
		}
	}

	return nil
}
