package redshifttest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/redshifttest"
	"github.com/redshift-go/redshift/sigv4"
)

// replaceAuthorization returns a function that replaces a part of the Authorization of a signed request.
func replaceAuthorization(part, by string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), part, by, 1))
	}
}

func TestSignature(t *testing.T) {
	t.Parallel()
	keys := sigv4.Credentials{AccessKeyID: redshifttest.ExampleAccessKeyID, SecretAccessKey: redshifttest.ExampleSecretAccessKey}
	wrongSecret := keys
	wrongSecret.SecretAccessKey = "wrong"
	unknownKey := keys
	unknownKey.AccessKeyID = "AKIDUNKNOWN"
	withToken := keys
	withToken.SessionToken = "unexpected/token+"
	wrongToken, noToken := partnerKeys, partnerKeys
	wrongToken.SessionToken = "another"
	noToken.SessionToken = ""
	setQuery := func(name, value string) func(*http.Request) {
		return func(r *http.Request) {
			query := r.URL.Query()
			query.Set(name, value)
			r.URL.RawQuery = query.Encode()
		}
	}
	const mismatch = "The request signature we calculated does not match"

	for name, test := range map[string]struct {
		keys    sigv4.Credentials
		late    time.Duration // the fake's clock minus the caller's clock
		region  string
		service string
		change  func(*http.Request)
		status  int
		code    string
		message string
	}{
		"valid":                 {status: 200},
		"valid with token":      {keys: partnerKeys, status: 200},
		"old but not too old":   {late: 5 * time.Minute, status: 200},
		"ahead but not too far": {late: -5 * time.Minute, status: 200},
		"too old": {late: 5*time.Minute + time.Second, status: 403, code: "SignatureDoesNotMatch",
			message: "Signature expired: 20261123T092459Z is now earlier than 20261123T092500Z (20261123T093000Z - 5 min.)"},
		"too far ahead": {late: -5*time.Minute - time.Second, status: 403, code: "SignatureDoesNotMatch",
			message: "Signature not yet current: 20261123T093501Z is still later than 20261123T093500Z (20261123T093000Z + 5 min.)"},
		"another secret":            {keys: wrongSecret, status: 403, code: "SignatureDoesNotMatch", message: mismatch},
		"unknown key":               {keys: unknownKey, status: 403, code: "InvalidClientTokenId"},
		"token for a permanent key": {keys: withToken, status: 403, code: "InvalidClientTokenId"},
		"another token":             {keys: wrongToken, status: 403, code: "InvalidClientTokenId"},
		"no token":                  {keys: noToken, status: 403, code: "InvalidClientTokenId"},
		"another region": {region: "eu-west-1", status: 403,
			code: "SignatureDoesNotMatch", message: "Credential should be scoped to a valid region, not 'eu-west-1'."},
		"another service": {service: "s3", status: 403,
			code: "SignatureDoesNotMatch", message: "Credential should be scoped to correct service: 'redshift'."},
		"another terminator": {change: replaceAuthorization("aws4_request", "aws3_request"), status: 403,
			code: "SignatureDoesNotMatch", message: "aws4_request"},
		"another day in the scope": {change: replaceAuthorization("/20261123/", "/20261122/"), status: 403,
			code: "SignatureDoesNotMatch", message: "'20261122' != '20261123'"},
		"another query": {change: setQuery("Marker", "x"), status: 403, code: "SignatureDoesNotMatch", message: mismatch},
		"another method": {change: func(r *http.Request) { r.Method = "POST" }, status: 403,
			code: "SignatureDoesNotMatch", message: mismatch},
		"another host": {change: func(r *http.Request) { r.Host = "example.com" }, status: 403,
			code: "SignatureDoesNotMatch", message: mismatch},
		"another path":            {change: func(r *http.Request) { r.URL.Path = "/x/.." }, status: 404, code: "UnknownOperationException"},
		"path with a dot segment": {change: func(r *http.Request) { r.URL.Opaque = "//localhost/./" }, status: 200},
		"another date": {change: func(r *http.Request) { r.Header.Set("X-Amz-Date", "20261123T093001Z") }, status: 403,
			code: "SignatureDoesNotMatch", message: mismatch},
		"no signature": {change: func(r *http.Request) { r.Header.Del("Authorization") }, status: 403,
			code: "MissingAuthenticationToken", message: "Missing Authentication Token"},
		"two signatures": {change: func(r *http.Request) { r.Header.Add("Authorization", "x") }, status: 400,
			code: "IncompleteSignature"},
		"no date": {change: func(r *http.Request) { r.Header.Del("X-Amz-Date") }, status: 400,
			code: "IncompleteSignature", message: "'X-Amz-Date' or a 'Date' header"},
		"odd date": {change: func(r *http.Request) { r.Header.Set("X-Amz-Date", "20261123Tnoon") }, status: 400,
			code: "IncompleteSignature", message: "basic format"},
		"basic authentication": {change: func(r *http.Request) { r.SetBasicAuth("me", "secret") }, status: 400,
			code: "IncompleteSignature", message: "AWS4-HMAC-SHA256"},
		"no Signature part": {change: replaceAuthorization(", Signature=", ", Sig="), status: 400,
			code: "IncompleteSignature", message: "Authorization header requires 'Signature' parameter."},
		"no Credential part": {change: replaceAuthorization("Credential=", "Cred="), status: 400,
			code: "IncompleteSignature", message: "Authorization header requires 'Credential' parameter."},
		"short Credential": {change: replaceAuthorization("/redshift/aws4_request", ""), status: 400,
			code: "IncompleteSignature", message: "got 3"},
		"host not signed": {change: replaceAuthorization("SignedHeaders=host;", "SignedHeaders="), status: 400,
			code: "IncompleteSignature", message: "'Host' must be a 'SignedHeader'"},
		"header signed but not sent": {change: replaceAuthorization("SignedHeaders=host;", "SignedHeaders=absent;host;"), status: 403,
			code: "SignatureDoesNotMatch", message: "absent:\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t, redshifttest.Options{})
			if err := fake.AddAccount(partner, partnerKeys); err != nil {
				t.Fatal(err)
			}
			used, config := test.keys, sigv4.SignerConfig{Region: test.region, Service: test.service}
			if used.AccessKeyID == "" {
				used = keys
			}
			if config.Region == "" {
				config.Region = redshifttest.DefaultRegion
			}
			if config.Service == "" {
				config.Service = "redshift"
			}
			signer, err := sigv4.NewSigner(config)
			if err != nil {
				t.Fatal(err)
			}
			// Characters with more than one encoding.
			request := unsignedRequest(t, "DescribeClusterSnapshots", "TagKeys.TagKey.1", "a b+ü/=")
			if err := signer.Sign(request, sigv4.EmptyPayloadHash, used, start.Add(-test.late)); err != nil {
				t.Fatal(err)
			}
			if test.change != nil {
				test.change(request)
			}
			got := send(t, fake.Transport(), request)
			if got.Status != test.status || got.Code != test.code || !strings.Contains(got.Message, test.message) {
				t.Errorf("the call returned %d\n%s\nwant %d %s %q", got.Status, got.Body, test.status, test.code, test.message)
			}
			for _, secret := range []string{used.SecretAccessKey, partnerKeys.SecretAccessKey} {
				if strings.Contains(got.Body, secret) {
					t.Errorf("the response has the secret:\n%s", got.Body)
				}
			}
		})
	}
}

// TestMismatchHidesToken sends a wrong signature with a valid token. The message contains the canonical request without the token.
func TestMismatchHidesToken(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{Credentials: partnerKeys})
	request := unsignedRequest(t, "DescribeClusterSnapshots")
	sign(t, request, partnerKeys, fake.Now())
	request.Host = "example.com"
	got := send(t, fake.Transport(), request)
	if got.Code != "SignatureDoesNotMatch" || !strings.Contains(got.Message, "x-amz-security-token:[redacted]") ||
		strings.Contains(got.Body, partnerKeys.SessionToken) {
		t.Errorf("returned\n%s", got.Body)
	}
}

// TestClockSkewCode configures the documented error code instead of the one that users report.
func TestClockSkewCode(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{ClockSkewCode: awsquery.ErrRequestExpired})
	for late, want := range map[time.Duration]string{
		5*time.Minute + time.Second:  "Request has expired. Timestamp date is 2026-11-23T09:24:59Z. Current date is 2026-11-23T09:30:00Z.",
		5 * time.Minute:              "",
		-5 * time.Minute:             "",
		-5*time.Minute - time.Second: "Request has expired. Timestamp date is 2026-11-23T09:35:01Z. Current date is 2026-11-23T09:30:00Z.",
	} {
		request := unsignedRequest(t, "DescribeClusterSnapshots")
		sign(t, request, fake.Credentials(), start.Add(-late))
		status, code := http.StatusBadRequest, "RequestExpired"
		if want == "" {
			status, code = http.StatusOK, ""
		}
		if got := send(t, fake.Transport(), request); got.Status != status || got.Code != code || got.Message != want {
			t.Errorf("late by %v: got %d %s %q, want %d %s %q", late, got.Status, got.Code, got.Message, status, code, want)
		}
	}
	defer func() {
		if text := fmt.Sprint(recover()); !strings.Contains(text, "Options.ClockSkewCode") {
			t.Errorf("New with another code panicked with %s", text)
		}
	}()
	redshifttest.New(redshifttest.Options{ClockSkewCode: "RequestTimeTooSkewed"})
}

func TestPresigned(t *testing.T) {
	t.Parallel()
	set := func(name, value string) func(url.Values) { return func(q url.Values) { q.Set(name, value) } }
	const mismatch = "The request signature we calculated does not match"
	for name, test := range map[string]struct {
		keys    sigv4.Credentials
		after   time.Duration
		expires time.Duration // default: 1 hour
		change  func(url.Values)
		status  int
		code    string
		message string
	}{
		"valid":            {status: 200},
		"valid with token": {keys: partnerKeys, status: 200},
		"at its end":       {after: time.Hour, status: 200},
		"after its end": {after: time.Hour + time.Second, status: 403, code: "SignatureDoesNotMatch",
			message: "Signature expired: 20261123T082959Z is now earlier than 20261123T083000Z (20261123T093000Z - 60 min.)"},
		"at its start": {after: -5 * time.Minute, status: 200},
		"before its start": {after: -5*time.Minute - time.Second, status: 403, code: "SignatureDoesNotMatch",
			message: "Signature not yet current: 20261123T093501Z is still later than 20261123T093500Z (20261123T093000Z + 5 min.)"},
		"one second": {expires: time.Second, after: time.Second, status: 200},
		"after one second": {expires: time.Second, after: 2 * time.Second, status: 403, code: "SignatureDoesNotMatch",
			message: "Signature expired: 20261123T092958Z is now earlier than 20261123T092959Z (20261123T093000Z - 1 sec.)"},
		"90 seconds": {expires: 90 * time.Second, after: 91 * time.Second, status: 403, code: "SignatureDoesNotMatch",
			message: "Signature expired: 20261123T092829Z is now earlier than 20261123T092830Z (20261123T093000Z - 90 sec.)"},
		"one week": {expires: 7 * 24 * time.Hour, after: 7 * 24 * time.Hour, status: 200},
		"after one week": {expires: 7 * 24 * time.Hour, after: 7*24*time.Hour + time.Second, status: 403,
			code: "SignatureDoesNotMatch", message: "- 10080 min.)"},
		"another parameter": {change: set("Marker", "x"), status: 403, code: "SignatureDoesNotMatch", message: mismatch},
		"another signature": {change: set("X-Amz-Signature", "00"), status: 403, code: "SignatureDoesNotMatch", message: mismatch},
		"longer":            {change: set("X-Amz-Expires", "7200"), status: 403, code: "SignatureDoesNotMatch", message: mismatch},
		"another date":      {change: set("X-Amz-Date", "20261123T093001Z"), status: 403, code: "SignatureDoesNotMatch", message: mismatch},
		"odd date":          {change: set("X-Amz-Date", "now"), status: 403, code: "SignatureDoesNotMatch", message: "'20261123' != 'now'"},
		"longest, changed":  {change: set("X-Amz-Expires", "604800"), status: 403, code: "SignatureDoesNotMatch", message: mismatch},
		"too long":          {change: set("X-Amz-Expires", "604801"), status: 400, code: "IncompleteSignature", message: "from 1 to 604800"},
		"shortest, changed": {change: set("X-Amz-Expires", "1"), status: 403, code: "SignatureDoesNotMatch", message: mismatch},
		"zero":              {change: set("X-Amz-Expires", "0"), status: 400, code: "IncompleteSignature", message: "from 1 to 604800"},
		"negative":          {change: set("X-Amz-Expires", "-1"), status: 400, code: "IncompleteSignature", message: "from 1 to 604800"},
		"not a number":      {change: set("X-Amz-Expires", "1h"), status: 400, code: "IncompleteSignature", message: "from 1 to 604800"},
		"very large number": {change: set("X-Amz-Expires", "99999999999999999999"), status: 400,
			code: "IncompleteSignature", message: "from 1 to 604800"},
		"no expiry": {change: func(q url.Values) { q.Del("X-Amz-Expires") }, status: 400,
			code: "IncompleteSignature", message: "'X-Amz-Expires'"},
		"no date": {change: func(q url.Values) { q.Del("X-Amz-Date") }, status: 400,
			code: "IncompleteSignature", message: "'X-Amz-Date'"},
		"no credential": {change: func(q url.Values) { q.Del("X-Amz-Credential") }, status: 400,
			code: "IncompleteSignature", message: "'X-Amz-Credential'"},
		"no signed headers": {change: func(q url.Values) { q.Del("X-Amz-SignedHeaders") }, status: 400,
			code: "IncompleteSignature", message: "'X-Amz-SignedHeaders'"},
		"another algorithm": {change: set("X-Amz-Algorithm", "AWS4-ECDSA-P256-SHA256"), status: 400,
			code: "IncompleteSignature", message: "'X-Amz-Algorithm'"},
		"no token": {keys: partnerKeys, change: func(q url.Values) { q.Del("X-Amz-Security-Token") }, status: 403,
			code: "InvalidClientTokenId"},
		"host not signed":  {change: set("X-Amz-SignedHeaders", "x-amz-date"), status: 400, code: "IncompleteSignature", message: "'Host'"},
		"only a signature": {change: func(q url.Values) { clear(q); q.Set("X-Amz-Signature", "00") }, status: 400, code: "IncompleteSignature"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t, redshifttest.Options{})
			if err := fake.AddAccount(partner, partnerKeys); err != nil {
				t.Fatal(err)
			}
			keys := test.keys
			if keys.AccessKeyID == "" {
				keys = fake.Credentials()
			}
			expires := test.expires
			if expires == 0 {
				expires = time.Hour
			}
			signer, err := sigv4.NewSigner(sigv4.SignerConfig{Region: redshifttest.DefaultRegion, Service: "redshift"})
			if err != nil {
				t.Fatal(err)
			}
			unsigned := unsignedRequest(t, "DescribeClusterSnapshots", "TagKeys.TagKey.1", "a b")
			presigned, _, err := signer.Presign(unsigned, sigv4.EmptyPayloadHash, keys, start.Add(-test.after), expires)
			if err != nil {
				t.Fatal(err)
			}
			if test.change != nil {
				query := presigned.Query()
				test.change(query)
				presigned.RawQuery = query.Encode()
			}
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, presigned.String(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := send(t, fake.Transport(), request); got.Status != test.status || got.Code != test.code ||
				!strings.Contains(got.Message, test.message) {
				t.Errorf("the call returned %d\n%s\nwant %d %s %q", got.Status, got.Body, test.status, test.code, test.message)
			}
			for _, seen := range fake.Requests() {
				text := fmt.Sprint(seen)
				if strings.Contains(text, keys.SecretAccessKey) || keys.SessionToken != "" && strings.Contains(text, keys.SessionToken) {
					t.Errorf("Requests has a secret: %s", text)
				}
				if signature := seen.Params.Get("X-Amz-Signature"); signature != "[redacted]" {
					t.Errorf("Requests has the signature %s", signature)
				}
			}
		})
	}
}

// TestCommonParameters sends parameters of the protocol. They do not change the response.
func TestCommonParameters(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		parameters []string
		code       string
	}{
		"JSON": {[]string{"ContentType", "JSON"}, ""},
		"XML":  {[]string{"ContentType", "XML"}, ""},
		"Signature Version 2": {[]string{"AWSAccessKeyId", "AKIDEXAMPLE", "SignatureVersion", "2",
			"SignatureMethod", "HmacSHA256", "Timestamp", "2026-11-23T09:30:00Z", "Signature", "s3cret/signature",
			"SecurityToken", "s3cret/token"}, ""},
		"other date":        {[]string{"Expires", "2026-11-23T09:30:00Z"}, ""},
		"presigned URL":     {[]string{"X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"}, ""},
		"twice":             {[]string{"ContentType", "JSON", "ContentType", "XML"}, ""},
		"another case":      {[]string{"contenttype", "JSON"}, "InvalidQueryParameter"},
		"an item":           {[]string{"ContentType.1", "JSON"}, "InvalidQueryParameter"},
		"another parameter": {[]string{"ContentTypes", "JSON"}, "InvalidQueryParameter"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake(t, redshifttest.Options{})
			parameters := append([]string{"ClusterIdentifier", "analytics", "SnapshotIdentifier", "new"}, test.parameters...)
			got := do(t, fake, "CreateClusterSnapshot", parameters...)
			if got.Code != test.code || got.Header.Get("Content-Type") != "text/xml" || (len(fake.Snapshots()) == 1) != (test.code == "") {
				t.Errorf("the call returned %d\n%s", got.Status, got.Body)
			}
			if seen := fmt.Sprint(fake.Requests()); strings.Contains(seen, "s3cret") {
				t.Errorf("Requests has a secret: %s", seen)
			}
		})
	}
	// They do not replace a signature.
	fake := newFake(t, redshifttest.Options{})
	request := unsignedRequest(t, "DescribeClusters", "AWSAccessKeyId", "AKIDEXAMPLE", "SignatureVersion", "2", "Signature", "x")
	if got := send(t, fake.Transport(), request); got.Code != "MissingAuthenticationToken" {
		t.Errorf("a request with Signature Version 2 = %d %s", got.Status, got.Code)
	}
}

func TestDateHeaderIsEnough(t *testing.T) {
	t.Parallel()
	// Package sigv4 always sets X-Amz-Date. The test compares the canonical request in the error message instead.
	fake := newFake(t, redshifttest.Options{Start: time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)})
	request := unsignedRequest(t, "DescribeClusterSnapshots")
	request.Header.Set("Date", "Mon, 23 Nov 2026 09:30:00 GMT")
	request.Header.Set("Authorization",
		"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261123/us-east-1/redshift/aws4_request, SignedHeaders=date;host, Signature=0")
	got := send(t, fake.Transport(), request)
	if got.Code != "SignatureDoesNotMatch" || !strings.Contains(got.Message, "AWS4-HMAC-SHA256\n20261123T093000Z\n") {
		t.Errorf("the date is not that of the header Date:\n%s", got.Body)
	}
}

func TestExpiredCredentials(t *testing.T) {
	t.Parallel()
	keys := partnerKeys
	keys.Expires = start.Add(time.Hour)
	fake := newFake(t, redshifttest.Options{Credentials: keys})
	if got := do(t, fake, "DescribeClusterSnapshots"); got.Status != http.StatusOK {
		t.Errorf("got %s before the credentials expire", got.Code)
	}
	fake.Advance(time.Hour)
	if got := doAs(t, fake, partnerKeys, "DescribeClusterSnapshots"); got.Code != "ExpiredToken" || got.Status != http.StatusForbidden {
		t.Errorf("got %d %s after the credentials expired", got.Status, got.Code)
	}
}

func TestSignatureClock(t *testing.T) {
	t.Parallel()
	now := start
	fake := newFake(t, redshifttest.Options{SignatureClock: func() time.Time { return now }})
	fake.Advance(1000 * time.Hour)
	request := unsignedRequest(t, "DescribeClusterSnapshots")
	sign(t, request, fake.Credentials(), now)
	got := send(t, fake.Transport(), request)
	if got.Status != http.StatusOK || got.Header.Get("Date") != "Mon, 23 Nov 2026 09:30:00 GMT" {
		t.Errorf("got %d %s at %s", got.Status, got.Code, got.Header.Get("Date"))
	}
	if config := fake.Config(); !config.Now().Equal(now) {
		t.Errorf("Config().Now() = %v", config.Now())
	}
	if got := do(t, fake, "DescribeClusterSnapshots"); got.Code != "SignatureDoesNotMatch" ||
		!strings.Contains(got.Message, "Signature not yet current") {
		t.Errorf("a request with the date of the fake's own clock = %d %s", got.Status, got.Code)
	}
}

func TestDisableSignatureCheck(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{DisableSignatureCheck: true})
	if err := fake.AddAccount(partner, partnerKeys); err != nil {
		t.Fatal(err)
	}
	if err := fake.AddCluster(redshifttest.Cluster{Identifier: "theirs", AccountID: partner}); err != nil {
		t.Fatal(err)
	}
	taken := func(cluster string, change func(*http.Request)) string {
		request := unsignedRequest(t, "CreateClusterSnapshot", "ClusterIdentifier", cluster, "SnapshotIdentifier", "of-"+cluster)
		change(request)

		return send(t, fake.Transport(), request).Body
	}
	if body := taken("analytics", func(*http.Request) {}); !strings.Contains(body, "<OwnerAccount>"+ownAccount+"<") {
		t.Errorf("a request without a signature returned\n%s", body)
	}
	if body := taken("theirs", func(r *http.Request) {
		wrong := partnerKeys
		wrong.SecretAccessKey = "wrong"
		sign(t, r, wrong, start.Add(-time.Hour))
	}); !strings.Contains(body, "<OwnerAccount>"+partner+"<") {
		t.Errorf("a request with the partner's key and a wrong secret returned\n%s", body)
	}
}

func TestAddAccountErrors(t *testing.T) {
	t.Parallel()
	fake := newFake(t, redshifttest.Options{})
	incomplete := partnerKeys
	incomplete.SecretAccessKey = ""
	for name, test := range map[string]struct {
		account string
		keys    sigv4.Credentials
		message string
	}{
		"account":    {"partner", partnerKeys, "12 digits"},
		"secret":     {partner, incomplete, "SecretAccessKey"},
		"known keys": {partner, fake.Credentials(), "already has"},
	} {
		if err := fake.AddAccount(test.account, test.keys); err == nil || !strings.Contains(err.Error(), test.message) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
	if err := fake.AddAccount(ownAccount, partnerKeys); err != nil {
		t.Fatalf("a second key for the own account: %v", err)
	}
	if got := doAs(t, fake, partnerKeys, "DescribeClusterSnapshots"); got.Status != http.StatusOK {
		t.Errorf("a call with the second key returned %s", got.Code)
	}
	if fake.Credentials().AccessKeyID != redshifttest.ExampleAccessKeyID {
		t.Error("Credentials returns the second key")
	}
	if text := fmt.Sprintf("%v %+v %#v", fake, fake, fake.Credentials()); strings.Contains(text, redshifttest.ExampleSecretAccessKey) ||
		strings.Contains(text, partnerKeys.SessionToken) {
		t.Errorf("printing the fake prints secrets: %s", text)
	}
}
