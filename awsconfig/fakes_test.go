package awsconfig_test

import (
	"crypto/sha1"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redshift-go/redshift/redshifttest"
	"github.com/redshift-go/redshift/sigv4"
)

const (
	region  = "eu-west-1"
	account = "123456789012"
	roleARN = "arn:aws:iam::123456789012:role/backup"
)

// userKeys returns permanent keys, which the sources of roles have.
func userKeys() sigv4.Credentials {
	return sigv4.Credentials{AccessKeyID: "AKIAUSEREXAMPLE", SecretAccessKey: "hunter2-user-secret"}
}

// roleKeys returns temporary keys of a role with the given lifetime.
func roleKeys(lifetime time.Duration) sigv4.Credentials {
	return sigv4.Credentials{
		AccessKeyID:     "ASIAROLEEXAMPLE",
		SecretAccessKey: "hunter2-role-secret",
		SessionToken:    "hunter2-role-token",
		Expires:         time.Now().Add(lifetime).Truncate(time.Second),
	}
}

// TestMain makes the tests and the example independent of the developer's environment and files.
func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "awsconfig")
	if err != nil {
		panic(err)
	}
	clean := map[string]string{"HOME": folder, "USERPROFILE": folder}
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); isAmazonVariable(name) {
			clean[name] = ""
		}
	}
	for name, value := range clean {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	status := m.Run()
	_ = os.RemoveAll(folder) // an error must not change the result of the tests
	os.Exit(status)
}

// isAmazonVariable reports whether Amazon's SDK or its HTTP client reads a variable.
func isAmazonVariable(name string) bool {
	return strings.HasPrefix(name, "AWS_") || strings.HasSuffix(strings.ToUpper(name), "_PROXY")
}

// environment is a user's machine: the variables and files that Amazon's SDK reads, without those of the developer.
type environment struct {
	*testing.T
	home string
}

func newEnvironment(t *testing.T) *environment {
	t.Helper()
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if isAmazonVariable(name) {
			t.Setenv(name, "") // restores the variable after the test
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	machine := &environment{T: t, home: t.TempDir()}
	t.Setenv("HOME", machine.home)
	t.Setenv("USERPROFILE", machine.home)
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(machine.home, ".aws", "config"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(machine.home, ".aws", "credentials"))
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")

	return machine
}

// write writes a file to the home folder, and returns its path.
func (e *environment) write(name, content string) string {
	e.Helper()
	path := filepath.Join(e.home, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		e.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		e.Fatal(err)
	}

	return path
}

// append appends to a file in the home folder.
func (e *environment) append(name, content string) {
	e.Helper()
	before, err := os.ReadFile(filepath.Join(e.home, filepath.FromSlash(name)))
	if err != nil {
		e.Fatal(err)
	}
	e.write(name, string(before)+content)
}

// withUser adds a profile with the user's keys to the credentials file.
func (e *environment) withUser(profile string) {
	e.Helper()
	keys := userKeys()
	e.write(".aws/credentials", fmt.Sprintf("[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n", profile, keys.AccessKeyID, keys.SecretAccessKey))
}

// withSSO adds a profile with an SSO session, whose token expires at the given time.
func (e *environment) withSSO(profile string, expires time.Time) {
	e.Helper()
	e.write(".aws/config", fmt.Sprintf("[profile %s]\nsso_session = corp\nsso_account_id = %s\nsso_role_name = backup\n\n"+
		"[sso-session corp]\nsso_region = %s\nsso_start_url = https://corp.example/start\nsso_registration_scopes = sso:account:access\n", profile, account, region))
	e.write(".aws/sso/cache/"+ssoCacheFile("corp"), fmt.Sprintf(`{"accessToken": "hunter2-sso-token", "expiresAt": %q}`, expires.UTC().Format(time.RFC3339)))
}

// ssoCacheFile returns the name of the file that has the token of a session.
func ssoCacheFile(session string) string { return fmt.Sprintf("%x.json", sha1.Sum([]byte(session))) }

// amazon is a fake of the services that issue credentials: EC2's metadata service, a container's endpoint, STS and SSO.
type amazon struct {
	*httptest.Server
	issue func() sigv4.Credentials // the credentials that the services return

	mutex    sync.Mutex
	requests map[string]int      // the number of requests for credentials, by service
	replaced map[string]response // responses that replace the usual ones, by service
}

type response struct {
	status int
	body   string
}

// newAmazon starts the fake services, and sets the variables that let Amazon's SDK call them.
func newAmazon(machine *environment) *amazon {
	machine.Helper()
	services := &amazon{
		issue:    func() sigv4.Credentials { return roleKeys(time.Hour) },
		requests: make(map[string]int),
		replaced: make(map[string]response),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /latest/api/token", services.metadataToken)
	mux.HandleFunc("GET /latest/meta-data/iam/security-credentials/", services.metadata)
	mux.HandleFunc("GET /container", services.container)
	mux.HandleFunc("GET /federation/credentials", services.sso)
	mux.HandleFunc("POST /{$}", services.sts)
	services.Server = httptest.NewServer(mux)
	machine.Cleanup(services.Close)
	for _, service := range []string{"STS", "SSO", "SSO_OIDC"} {
		machine.Setenv("AWS_ENDPOINT_URL_"+service, services.URL)
	}

	return services
}

// count returns the number of requests for credentials that a service received.
func (a *amazon) count(service string) int {
	a.mutex.Lock()
	defer a.mutex.Unlock()

	return a.requests[service]
}

// replace replaces the responses of a service.
func (a *amazon) replace(service string, other response) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.replaced[service] = other
}

// serve writes the response of a service.
func (a *amazon) serve(w http.ResponseWriter, service, contentType, body string) {
	a.mutex.Lock()
	a.requests[service]++
	other := a.replaced[service]
	a.mutex.Unlock()
	w.Header().Set("Content-Type", contentType)
	if other != (response{}) {
		w.WriteHeader(other.status)
		body = other.body
	}
	_, _ = io.WriteString(w, body) // the client may have closed the connection
}

const metadataSession = "metadata-session"

func (a *amazon) metadataToken(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Aws-Ec2-Metadata-Token-Ttl-Seconds") == "" {
		http.Error(w, "no time to live", http.StatusBadRequest)
		return
	}
	w.Header().Set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "21600")
	_, _ = io.WriteString(w, metadataSession)
}

func (a *amazon) metadata(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Aws-Ec2-Metadata-Token") != metadataSession {
		http.Error(w, "not version 2", http.StatusUnauthorized)
		return
	}
	if strings.HasSuffix(r.URL.Path, "/security-credentials/") {
		_, _ = io.WriteString(w, "backup")
		return
	}
	keys := a.issue()
	a.serve(w, "metadata", "application/json", object("Code", "Success", "AccessKeyId", keys.AccessKeyID, "SecretAccessKey", keys.SecretAccessKey,
		"Token", keys.SessionToken, "Expiration", keys.Expires.UTC().Format(time.RFC3339)))
}

const containerToken = "container-token"

func (a *amazon) container(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != containerToken {
		http.Error(w, "wrong token", http.StatusForbidden)
		return
	}
	keys := a.issue()
	a.serve(w, "container", "application/json", object("AccessKeyId", keys.AccessKeyID, "SecretAccessKey", keys.SecretAccessKey,
		"Token", keys.SessionToken, "Expiration", keys.Expires.UTC().Format(time.RFC3339)))
}

func (a *amazon) sso(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if r.Header.Get("X-Amz-Sso_bearer_token") != "hunter2-sso-token" || query.Get("account_id") != account || query.Get("role_name") != "backup" {
		w.Header().Set("X-Amzn-Errortype", "UnauthorizedException")
		http.Error(w, `{"message": "Session token not found or invalid"}`, http.StatusUnauthorized)
		return
	}
	keys := a.issue()
	body, _ := json.Marshal(map[string]any{"roleCredentials": map[string]any{"accessKeyId": keys.AccessKeyID, "secretAccessKey": keys.SecretAccessKey,
		"sessionToken": keys.SessionToken, "expiration": keys.Expires.UnixMilli()}})
	a.serve(w, "sso", "application/json", string(body))
}

const webToken = "hunter2-web-token"

func (a *amazon) sts(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	values, _ := url.ParseQuery(string(body))
	action, allowed := values.Get("Action"), false
	switch action {
	case "AssumeRole":
		allowed = strings.Contains(r.Header.Get("Authorization"), "Credential="+userKeys().AccessKeyID+"/")
	case "AssumeRoleWithWebIdentity":
		allowed = values.Get("WebIdentityToken") == webToken && r.Header.Get("Authorization") == ""
	}
	if !allowed || values.Get("RoleArn") != roleARN {
		w.WriteHeader(http.StatusForbidden)
		a.serve(w, "sts", "text/xml", "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized</Message></Error><RequestId>1</RequestId></ErrorResponse>")
		return
	}
	keys := a.issue()
	a.serve(w, "sts", "text/xml", fmt.Sprintf("<%[1]sResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><%[1]sResult><Credentials><AccessKeyId>%s</AccessKeyId>"+
		"<SecretAccessKey>%s</SecretAccessKey><SessionToken>%s</SessionToken><Expiration>%s</Expiration></Credentials>"+
		"<AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/backup/x</Arn><AssumedRoleId>X:x</AssumedRoleId></AssumedRoleUser></%[1]sResult>"+
		"<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></%[1]sResponse>",
		action, keys.AccessKeyID, keys.SecretAccessKey, keys.SessionToken, keys.Expires.UTC().Format(time.RFC3339)))
}

// object returns a JSON object of pairs of names and values.
func object(pairs ...string) string {
	members := make(map[string]string)
	for i := 0; i < len(pairs); i += 2 {
		members[pairs[i]] = pairs[i+1]
	}
	text, _ := json.Marshal(members)

	return string(text)
}

// newRedshift starts a fake Redshift that accepts the keys, and sets the variables that let the client call it.
func newRedshift(machine *environment, keys sigv4.Credentials) *redshifttest.Server {
	machine.Helper()
	server := redshifttest.NewServer(machine, redshifttest.Options{Region: region, AccountID: account, Credentials: keys})
	if err := server.AddCluster(redshifttest.Cluster{Identifier: "analytics"}); err != nil {
		machine.Fatal(err)
	}
	machine.Setenv("AWS_ENDPOINT_URL_REDSHIFT", server.URL)
	machine.Setenv("AWS_REGION", region)

	return server
}
