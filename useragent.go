package redshift

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

const modulePath = "github.com/redshift-go/redshift"

// userAgent returns the User-Agent header: this library, Go, the operating system, and the appID if it is not empty.
func userAgent(appID string) string {
	info, _ := debug.ReadBuildInfo()
	text := fmt.Sprintf("redshift-go/%s lang/go#%s os/%s md/GOARCH#%s",
		version(info), strings.TrimPrefix(runtime.Version(), "go"), runtime.GOOS, runtime.GOARCH)
	if appID != "" {
		text += " app/" + appID
	}

	return text
}

// resolveAppID returns the name of the program, or an empty string. An invalid name in the Config is an error. An invalid name in the
// environment is logged and ignored, because it may be for another program.
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

// version returns the version of this module in the program, or "devel" in the module's own tree.
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

// maxAppID is Amazon's limit for the length of the name.
const maxAppID = 50

const allowedAppID = "up to 50 letters, digits and !$%&'*+-.^_`|~"

// checkAppID returns an error for a name that cannot be a part of a User-Agent, by the rules of Amazon's SDKs.
func checkAppID(appID string) error {
	if len(appID) > maxAppID {
		return fmt.Errorf("it has %d characters, use at most %d", len(appID), maxAppID)
	}
	for i := range len(appID) {
		c := appID[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("!$%&'*+-.^_`|~", c) >= 0) {
			return fmt.Errorf("it has the character %q, use letters, digits and !$%%&'*+-.^_`|~", appID[i:i+1])
		}
	}

	return nil
}
