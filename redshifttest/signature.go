package redshifttest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/sigv4"
)

// This file checks signatures with code that is independent of package sigv4. Tests would not find a mistake in shared code.

const (
	signingAlgorithm = "AWS4-HMAC-SHA256"
	signingService   = "redshift"
	basicFormat      = "20060102T150405Z"

	// maxClockSkew is the largest difference between the date of a signature and the clock.
	maxClockSkew = 5 * time.Minute
	// maxPresigned is the longest validity of a presigned URL.
	maxPresigned = 7 * 24 * time.Hour

	redacted = "[redacted]"
)

// accessKeys are the keys of all accounts.
type accessKeys struct {
	mutex sync.Mutex
	// keys has pointers, so that package fmt prints only their addresses when it prints a Fake.
	keys  map[string]*accessKey
	first map[string]*accessKey // by account
}

type accessKey struct {
	account     string
	credentials sigv4.Credentials
}

func (a *accessKeys) add(account string, credentials sigv4.Credentials) error {
	if err := credentials.Validate(); err != nil {
		return err
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.keys[credentials.AccessKeyID] != nil {
		return errors.New("the fake already has this access key id")
	}
	if a.keys == nil {
		a.keys, a.first = make(map[string]*accessKey), make(map[string]*accessKey)
	}
	key := &accessKey{account: account, credentials: credentials}
	a.keys[credentials.AccessKeyID] = key
	if a.first[account] == nil {
		a.first[account] = key
	}

	return nil
}

func (a *accessKeys) find(accessKeyID string) *accessKey {
	a.mutex.Lock()
	defer a.mutex.Unlock()

	return a.keys[accessKeyID]
}

func (a *accessKeys) credentialsOf(account string) sigv4.Credentials {
	a.mutex.Lock()
	defer a.mutex.Unlock()

	return a.first[account].credentials
}

// signature is the signature of a request.
type signature struct {
	accessKeyID   string
	scope         []string // day, region, service, aws4_request
	signedHeaders string
	value         string
	date          string // in basic format
	token         string
	presigned     bool
	expires       time.Duration // of a presigned request
}

// authenticate checks the signature and returns the account that sent the request.
func (f *Fake) authenticate(request *incoming, now time.Time) (string, *failure) {
	claimed, failed := readSignature(request)
	if f.skipSignatureCheck {
		if failed == nil {
			if key := f.keys.find(claimed.accessKeyID); key != nil {
				return key.account, nil
			}
		}

		return f.account, nil
	}
	if failed != nil {
		return "", failed
	}
	key := f.keys.find(claimed.accessKeyID)
	if key == nil || !hmac.Equal([]byte(key.credentials.SessionToken), []byte(claimed.token)) {
		return "", fail(awsquery.ErrInvalidClientTokenID, "The security token included in the request is invalid.")
	}
	if key.credentials.ExpiredAt(now) {
		return "", fail(awsquery.ErrExpiredToken, "The security token included in the request is expired")
	}
	if failed := claimed.checkScope(f.region); failed != nil {
		return "", failed
	}
	if failed := claimed.checkDate(now, f.clockSkewCode); failed != nil {
		return "", failed
	}
	if failed := claimed.check(request, key.credentials.SecretAccessKey); failed != nil {
		return "", failed
	}

	return key.account, nil
}

func readSignature(request *incoming) (signature, *failure) {
	authorization, signedInHeader := request.header["Authorization"]
	query, err := rawQuery(request.query)
	if err != nil {
		return signature{}, fail(awsquery.ErrMalformedQueryString, "The query string of the request is malformed: %v.", err)
	}
	switch {
	case signedInHeader && len(authorization) == 1:
		return readAuthorization(authorization[0], request.header)
	case signedInHeader:
		return signature{}, fail(awsquery.ErrIncompleteSignature, "The request has more than one Authorization header.")
	case slices.ContainsFunc(query, isPresignParameter):
		return readPresigned(query)
	default:
		return signature{}, fail(awsquery.ErrMissingAuthenticationToken, "Missing Authentication Token")
	}
}

func isPresignParameter(parameter pair) bool {
	return parameter.name == "X-Amz-Algorithm" || parameter.name == "X-Amz-Signature"
}

func readAuthorization(text string, header http.Header) (signature, *failure) {
	algorithm, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	if algorithm != signingAlgorithm {
		return signature{}, fail(awsquery.ErrIncompleteSignature, "Authorization header must start with the algorithm %s.", signingAlgorithm)
	}
	parts := make(map[string]string)
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[name] = value
	}
	var missing []string
	for _, name := range []string{"Credential", "Signature", "SignedHeaders"} {
		if parts[name] == "" {
			missing = append(missing, fmt.Sprintf("Authorization header requires '%s' parameter.", name))
		}
	}
	date := header.Get("X-Amz-Date")
	if date == "" {
		if parsed, err := http.ParseTime(header.Get("Date")); err == nil {
			date = parsed.UTC().Format(basicFormat)
		}
	}
	if date == "" {
		missing = append(missing, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
	}
	if len(missing) > 0 {
		return signature{}, fail(awsquery.ErrIncompleteSignature, "%s", strings.Join(missing, " "))
	}
	claimed := signature{
		signedHeaders: parts["SignedHeaders"],
		value:         parts["Signature"],
		date:          date,
		token:         header.Get("X-Amz-Security-Token"),
	}

	failed := claimed.setCredential(parts["Credential"])

	return claimed, failed
}

func readPresigned(query []pair) (signature, *failure) {
	values := make(map[string]string)
	for _, parameter := range query {
		values[parameter.name] = parameter.value
	}
	if values["X-Amz-Algorithm"] != signingAlgorithm {
		return signature{}, fail(awsquery.ErrIncompleteSignature,
			"AWS query-string parameters must include 'X-Amz-Algorithm' with the value %s.", signingAlgorithm)
	}
	var missing []string
	for _, name := range []string{"X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Signature", "X-Amz-SignedHeaders"} {
		if values[name] == "" {
			missing = append(missing, fmt.Sprintf("AWS query-string parameters must include '%s'.", name))
		}
	}
	if len(missing) > 0 {
		return signature{}, fail(awsquery.ErrIncompleteSignature, "%s Re-examine the query-string parameters.", strings.Join(missing, " "))
	}
	seconds, err := strconv.Atoi(values["X-Amz-Expires"])
	if err != nil || seconds < 1 || seconds > int(maxPresigned/time.Second) {
		return signature{}, fail(awsquery.ErrIncompleteSignature,
			"X-Amz-Expires must be a number of seconds from 1 to %d.", int(maxPresigned/time.Second))
	}
	claimed := signature{
		signedHeaders: values["X-Amz-SignedHeaders"],
		value:         values["X-Amz-Signature"],
		date:          values["X-Amz-Date"],
		token:         values["X-Amz-Security-Token"],
		presigned:     true,
		expires:       time.Duration(seconds) * time.Second,
	}

	failed := claimed.setCredential(values["X-Amz-Credential"])

	return claimed, failed
}

// setCredential splits a credential into access key id and scope: AKIDEXAMPLE/20261123/us-east-1/...
func (s *signature) setCredential(text string) *failure {
	parts := strings.Split(text, "/")
	if len(parts) != 5 {
		return fail(awsquery.ErrIncompleteSignature,
			"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got %d.", len(parts))
	}
	s.accessKeyID, s.scope = parts[0], parts[1:]
	if !slices.Contains(strings.Split(s.signedHeaders, ";"), "host") {
		return fail(awsquery.ErrIncompleteSignature, "'Host' must be a 'SignedHeader' in the AWS Authorization.")
	}

	return nil
}

func (s *signature) checkScope(region string) *failure {
	var wrong []string
	if s.scope[1] != region {
		wrong = append(wrong, fmt.Sprintf("Credential should be scoped to a valid region, not '%s'. ", s.scope[1]))
	}
	if s.scope[2] != signingService {
		wrong = append(wrong, fmt.Sprintf("Credential should be scoped to correct service: '%s'. ", signingService))
	}
	if s.scope[3] != "aws4_request" {
		wrong = append(wrong, fmt.Sprintf("Credential should be scoped with a valid terminator: 'aws4_request', not '%s'. ", s.scope[3]))
	}
	date, _, _ := strings.Cut(s.date, "T")
	if s.scope[0] != date {
		wrong = append(wrong, fmt.Sprintf(
			"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s', from '%s'. ",
			s.scope[0], date, s.date))
	}
	if len(wrong) > 0 {
		return fail(awsquery.ErrSignatureDoesNotMatch, "%s", strings.Join(wrong, ""))
	}

	return nil
}

// checkDate refuses a signature that is too old or from the future. The code is [Options].ClockSkewCode.
func (s *signature) checkDate(now time.Time, code awsquery.ErrorCode) *failure {
	date, err := time.Parse(basicFormat, s.date)
	if err != nil {
		return fail(awsquery.ErrIncompleteSignature,
			"Date must be in ISO-8601 'basic format'. Got '%s'. See http://en.wikipedia.org/wiki/ISO_8601", s.date)
	}
	validFor := maxClockSkew
	if s.presigned {
		validFor = s.expires
	}
	// The date has whole seconds, so the clock must have whole seconds too.
	shown := now.UTC().Truncate(time.Second)
	earliest, latest := shown.Add(-validFor), shown.Add(maxClockSkew)
	if !date.Before(earliest) && !date.After(latest) {
		return nil
	}
	if code == awsquery.ErrRequestExpired {
		return fail(code, "Request has expired. Timestamp date is %s. Current date is %s.",
			date.Format(time.RFC3339), shown.Format(time.RFC3339))
	}
	if date.After(latest) {
		return fail(code, "Signature not yet current: %s is still later than %s (%s + %s)",
			s.date, latest.Format(basicFormat), shown.Format(basicFormat), inMinutes(maxClockSkew))
	}

	return fail(code, "Signature expired: %s is now earlier than %s (%s - %s)",
		s.date, earliest.Format(basicFormat), shown.Format(basicFormat), inMinutes(validFor))
}

// inMinutes formats a duration as the service does: 5 min. for whole minutes, otherwise seconds, such as 90 sec.
func inMinutes(duration time.Duration) string {
	if duration%time.Minute == 0 {
		return fmt.Sprintf("%d min.", duration/time.Minute)
	}

	return fmt.Sprintf("%d sec.", duration/time.Second)
}

// check computes the signature of the request and compares it with s.
func (s *signature) check(request *incoming, secret string) *failure {
	canonical, err := s.canonicalRequest(request)
	if err != nil {
		return fail(awsquery.ErrMalformedQueryString, "The query string of the request is malformed: %v.", err)
	}
	digest := sha256.Sum256([]byte(canonical))
	toSign := strings.Join([]string{signingAlgorithm, s.date, strings.Join(s.scope, "/"), hex.EncodeToString(digest[:])}, "\n")
	key := []byte("AWS4" + secret)
	for _, part := range s.scope {
		key = keyedHash(key, part)
	}
	if !hmac.Equal([]byte(hex.EncodeToString(keyedHash(key, toSign))), []byte(s.value)) {
		if s.token != "" {
			canonical = strings.NewReplacer(s.token, redacted, percentEncode(s.token), redacted).Replace(canonical)
		}

		return fail(awsquery.ErrSignatureDoesNotMatch, "The request signature we calculated does not match the signature you provided. "+
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\n"+
			"The Canonical String for this request should have been\n'%s'\n\nThe String-to-Sign should have been\n'%s'\n", canonical, toSign)
	}

	return nil
}

func keyedHash(key []byte, text string) []byte {
	hash := hmac.New(sha256.New, key)
	hash.Write([]byte(text))

	return hash.Sum(nil)
}

func (s *signature) canonicalRequest(request *incoming) (string, error) {
	query, err := s.canonicalQuery(request.query)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	text.WriteString(request.method + "\n" + canonicalPath(request.path) + "\n" + query + "\n")
	for name := range strings.SplitSeq(s.signedHeaders, ";") {
		text.WriteString(name + ":" + request.headerValue(name) + "\n")
	}
	digest := sha256.Sum256(request.body)
	text.WriteString("\n" + s.signedHeaders + "\n" + hex.EncodeToString(digest[:]))

	return text.String(), nil
}

// canonicalPath returns the path without empty and dot segments, encoded again.
func canonicalPath(raw string) string {
	var kept []string
	for segment := range strings.SplitSeq(raw, "/") {
		switch {
		case segment == "" || segment == ".":
		case segment == "..":
			kept = kept[:max(0, len(kept)-1)]
		default:
			kept = append(kept, percentEncode(segment))
		}
	}
	path := "/" + strings.Join(kept, "/")
	if strings.HasSuffix(raw, "/") && len(kept) > 0 {
		path += "/"
	}

	return path
}

func (s *signature) canonicalQuery(raw string) (string, error) {
	pairs, err := rawQuery(raw)
	if err != nil {
		return "", err
	}
	var encoded []pair
	for _, parameter := range pairs {
		if s.presigned && parameter.name == "X-Amz-Signature" {
			continue
		}
		encoded = append(encoded, pair{percentEncode(parameter.name), percentEncode(parameter.value)})
	}
	slices.SortFunc(encoded, func(a, b pair) int {
		if order := strings.Compare(a.name, b.name); order != 0 {
			return order
		}

		return strings.Compare(a.value, b.value)
	})
	parts := make([]string, len(encoded))
	for i, parameter := range encoded {
		parts[i] = parameter.name + "=" + parameter.value
	}

	return strings.Join(parts, "&"), nil
}

// pair is a parameter of a query or a form.
type pair struct{ name, value string }

// rawQuery parses a query. It keeps the order and repeated parameters.
func rawQuery(raw string) ([]pair, error) {
	var pairs []pair
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return nil, err
		}
		value, err = url.QueryUnescape(value)
		if err != nil {
			return nil, fmt.Errorf("the value of %s: %w", name, err)
		}
		pairs = append(pairs, pair{name, value})
	}

	return pairs, nil
}

// percentEncode encodes all bytes except letters, digits and - . _ ~.
func percentEncode(text string) string {
	const hexadecimal = "0123456789ABCDEF"
	var encoded strings.Builder
	for i := range len(text) {
		c := text[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			encoded.WriteByte(c)
		} else {
			encoded.Write([]byte{'%', hexadecimal[c>>4], hexadecimal[c&15]})
		}
	}

	return encoded.String()
}
