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

// userKeys are permanent ones, which sources of roles have.
func userKeys() sigv4.Credentials {
	return sigv4.Credentials{AccessKeyID: "AKIAUSEREXAMPLE", SecretAccessKey: "hunter2-user-secret"}
}

// roleKeys are temporary ones, which roles have, for as long as that.
func roleKeys(lifetime time.Duration) sigv4.Credentials {
	return sigv4.Credentials{
		AccessKeyID:     "ASIAROLEEXAMPLE",
		SecretAccessKey: "hunter2-role-secret",
		SessionToken:    "hunter2-role-token",
		Expires:         time.Now().Add(lifetime).Truncate(time.Second),
	}
}

// TestMain takes away what the developer's own environment and files would change, for the example too.
func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "awsconfig")
	if err != nil {
		panic(err)
	}
	clean := map[string]string{"HOME": folder, "USERPROFILE": folder}
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); ofAmazon(name) {
			clean[name] = ""
		}
	}
	for name, value := range clean {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	status := m.Run()
	_ = os.RemoveAll(folder) // the tests have said what they found
	os.Exit(status)
}

// ofAmazon tells whether a variable is one that Amazon's SDK or its HTTP client reads.
func ofAmazon(name string) bool {
	return strings.HasPrefix(name, "AWS_") || strings.HasSuffix(strings.ToUpper(name), "_PROXY")
}

// environment is a machine of a user's: the variables and files that Amazon's SDK reads, and none of the developer's own.
type environment struct {
	*testing.T
	home string
}

func newEnvironment(t *testing.T) *environment {
	t.Helper()
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if ofAmazon(name) {
			t.Setenv(name, "") // for its Cleanup, which puts the variable back
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

// write writes a file into the home folder, and returns its path.
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

// append adds to a file in the home folder.
func (e *environment) append(name, content string) {
	e.Helper()
	before, err := os.ReadFile(filepath.Join(e.home, filepath.FromSlash(name)))
	if err != nil {
		e.Fatal(err)
	}
	e.write(name, string(before)+content)
}

// withUser gives a profile keys in the credentials file.
func (e *environment) withUser(profile string) {
	e.Helper()
	keys := userKeys()
	e.write(".aws/credentials", fmt.Sprintf("[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n", profile, keys.AccessKeyID, keys.SecretAccessKey))
}

// withSSO gives a profile an SSO session, and the session a token that expires then.
func (e *environment) withSSO(profile string, expires time.Time) {
	e.Helper()
	e.write(".aws/config", fmt.Sprintf("[profile %s]\nsso_session = corp\nsso_account_id = %s\nsso_role_name = backup\n\n"+
		"[sso-session corp]\nsso_region = %s\nsso_start_url = https://corp.example/start\nsso_registration_scopes = sso:account:access\n", profile, account, region))
	e.write(".aws/sso/cache/"+ssoCacheFile("corp"), fmt.Sprintf(`{"accessToken": "hunter2-sso-token", "expiresAt": %q}`, expires.UTC().Format(time.RFC3339)))
}

// ssoCacheFile returns the name of the file in which the token of a session is.
func ssoCacheFile(session string) string { return fmt.Sprintf("%x.json", sha1.Sum([]byte(session))) }

// amazon stands in for the services that give credentials: EC2's metadata service, the endpoint of a container, STS and SSO.
type amazon struct {
	*httptest.Server
	give func() sigv4.Credentials // what it hands out

	mutex  sync.Mutex
	asked  map[string]int    // how often, by service
	broken map[string]answer // what takes the place of the answer, by service
}

type answer struct {
	status int
	body   string
}

// newAmazon serves the stand-ins, and points Amazon's SDK at them.
func newAmazon(machine *environment) *amazon {
	machine.Helper()
	services := &amazon{
		give:   func() sigv4.Credentials { return roleKeys(time.Hour) },
		asked:  make(map[string]int),
		broken: make(map[string]answer),
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

// count returns how often a service was asked for credentials.
func (a *amazon) count(service string) int {
	a.mutex.Lock()
	defer a.mutex.Unlock()

	return a.asked[service]
}

// spoil makes a service answer something else, until the answer is empty.
func (a *amazon) spoil(service string, other answer) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.broken[service] = other
}

// serve answers for a service.
func (a *amazon) serve(w http.ResponseWriter, service, contentType, body string) {
	a.mutex.Lock()
	a.asked[service]++
	broken := a.broken[service]
	a.mutex.Unlock()
	w.Header().Set("Content-Type", contentType)
	if broken != (answer{}) {
		w.WriteHeader(broken.status)
		body = broken.body
	}
	_, _ = io.WriteString(w, body) // who has gone does not need it
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
	keys := a.give()
	a.serve(w, "metadata", "application/json", object("Code", "Success", "AccessKeyId", keys.AccessKeyID, "SecretAccessKey", keys.SecretAccessKey,
		"Token", keys.SessionToken, "Expiration", keys.Expires.UTC().Format(time.RFC3339)))
}

const containerToken = "container-token"

func (a *amazon) container(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != containerToken {
		http.Error(w, "who is asking?", http.StatusForbidden)
		return
	}
	keys := a.give()
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
	keys := a.give()
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
	keys := a.give()
	a.serve(w, "sts", "text/xml", fmt.Sprintf("<%[1]sResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><%[1]sResult><Credentials><AccessKeyId>%s</AccessKeyId>"+
		"<SecretAccessKey>%s</SecretAccessKey><SessionToken>%s</SessionToken><Expiration>%s</Expiration></Credentials>"+
		"<AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/backup/x</Arn><AssumedRoleId>X:x</AssumedRoleId></AssumedRoleUser></%[1]sResult>"+
		"<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></%[1]sResponse>",
		action, keys.AccessKeyID, keys.SecretAccessKey, keys.SessionToken, keys.Expires.UTC().Format(time.RFC3339)))
}

// object writes pairs of names and values as JSON.
func object(pairs ...string) string {
	members := make(map[string]string)
	for i := 0; i < len(pairs); i += 2 {
		members[pairs[i]] = pairs[i+1]
	}
	text, _ := json.Marshal(members)

	return string(text)
}

// newRedshift serves a Redshift that knows those keys, and points the client at it.
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
