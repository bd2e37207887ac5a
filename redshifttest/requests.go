package redshifttest

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/contract"
)

// maxRequests is how many requests are remembered, so that a benchmark does not fill the memory.
const maxRequests = 10_000

// maxRemembered is how many bytes of memory they have together.
const maxRequestMemory = 64 << 20

// These are the bytes that a remembered request needs in addition to its strings: for the Request with two maps, for a name in a map,
// and for a value.
const (
	requestOverhead = 1024
	nameOverhead    = 128
	valueOverhead   = 16
)

// Request is what the fake saw of one request, and what it answered.
type Request struct {
	// The HTTP method, GET or POST.
	Method string
	// The value of Action. Empty where there was none, or the parameters could not be read.
	Operation string
	// The account whose key signed it. Empty where it was not found genuine, and where a Fault came before that.
	AccountID string
	// The parameters, from the query and from a posted form together, Action and Version among them. The signature and
	// the session token of a presigned URL are redacted, and so are parameters that are secrets, such as passwords.
	Params url.Values
	// The header without its secrets: of Authorization all but the signature is kept, of X-Amz-Security-Token nothing.
	Header http.Header
	// What the fake's clock showed when it did the work.
	Time time.Time
	// The HTTP status that was answered. 0 where the connection was cut, or the caller did not wait.
	Status int
	// The error code that was answered. Empty for a success, and for an answer that a Fault wrote itself.
	Code awsquery.ErrorCode
	// The identifier that the answer carries.
	RequestID string
}

// Requests returns what the fake saw, in the order of arrival: the last 10,000 requests, or fewer if they need more than
// 64 MiB of memory. A request that still waits for its response is not among them. What it returns is a copy.
func (f *Fake) Requests() []Request { return f.log.all() }

type requestLog struct {
	logger *slog.Logger
	region string // empty for that of New

	isOperation func(name string) bool
	secrets     map[string]bool // the last parts of the names of secret parameters, in lower case

	mutex   sync.Mutex
	number  int
	size    int // of the entries, in bytes
	entries []*logEntry
}

// logged is a request, in the order of arrival, that may still be under way.
type logEntry struct {
	Request
	size  int
	began time.Time // in real time
	done  bool
}

func (l *requestLog) begin(request *incoming, params url.Values) *logEntry {
	keptParams, paramsSize := copyValues(params)
	keptHeader, headerSize := copyValues(request.header)
	l.redactParams(keptParams)
	redactHeader(keptHeader)
	entry := &logEntry{
		Request: Request{
			Method:    strings.Clone(request.method),
			Operation: url.Values(keptParams).Get("Action"),
			Params:    keptParams,
			Header:    keptHeader,
		},
		size:  requestOverhead + len(request.method) + paramsSize + headerSize,
		began: time.Now(),
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.number++
	entry.RequestID = newRequestID(l.region, l.number)
	if len(l.entries) >= 2*maxRequests {
		for _, old := range l.entries[:len(l.entries)-maxRequests] {
			l.size -= old.size
		}
		l.entries = slices.Clone(l.entries[len(l.entries)-maxRequests:])
	}
	l.size += entry.size
	for l.size > maxRequestMemory && len(l.entries) > 0 {
		l.size -= l.entries[0].size
		l.entries[0] = nil // the array goes on holding it otherwise
		l.entries = l.entries[1:]
	}
	l.entries = append(l.entries, entry)

	return entry
}

func (l *requestLog) end(entry *logEntry, at time.Time, status int, code awsquery.ErrorCode) {
	l.mutex.Lock()
	entry.Time, entry.Status, entry.Code, entry.done = at, status, code, true
	l.mutex.Unlock()
	l.write(entry)
}

// onlyLetters matches what is more likely the name of an operation than a secret.
var onlyLetters = regexp.MustCompile(`^[A-Za-z]{1,64}$`)

// write tells the logger of a request that is done.
func (l *requestLog) write(entry *logEntry) {
	if l.logger == nil {
		return
	}
	level := slog.LevelWarn
	if entry.Status >= http.StatusOK && entry.Status < http.StatusBadRequest {
		level = slog.LevelInfo
	}
	name := entry.Operation
	if !l.isOperation(name) && !onlyLetters.MatchString(name) {
		name = "" // it could be anything, a secret in the wrong place too
	}
	record := []slog.Attr{slog.String("operation", name), slog.String("account", entry.AccountID), slog.Int("status", entry.Status)}
	if entry.Code != "" {
		record = append(record, slog.String("code", string(entry.Code)))
	}
	record = append(record, slog.String("request_id", entry.RequestID), slog.Duration("duration", time.Since(entry.began)))
	l.logger.LogAttrs(context.Background(), level, "call", record...)
}

func (l *requestLog) all() []Request {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	var requests []Request
	for _, entry := range l.entries[max(0, len(l.entries)-maxRequests):] {
		if entry.done {
			request := entry.Request
			request.Params, request.Header = cloneValues(request.Params), request.Header.Clone()
			requests = append(requests, request)
		}
	}

	return requests
}

func cloneValues(values url.Values) url.Values {
	return url.Values(http.Header(values).Clone())
}

// keep copies parameters or a header, and returns the size of the copy in bytes. The strings are copied too, because one that
// net/url or a caller cut out of a longer text would keep that text in memory.
func copyValues(values map[string][]string) (kept map[string][]string, size int) {
	kept = make(map[string][]string, len(values))
	for name, all := range values {
		copied := make([]string, len(all))
		for i, value := range all {
			copied[i] = strings.Clone(value)
			size += valueOverhead + len(value)
		}
		kept[strings.Clone(name)] = copied
		size += nameOverhead + len(name)
	}

	return kept, size
}

func (l *requestLog) redactParams(params url.Values) {
	for name := range params {
		lower := strings.ToLower(name)
		if secretParameters[lower] || l.secrets[lower[strings.LastIndex(lower, ".")+1:]] {
			params.Set(name, redacted)
		}
	}
}

// secretNames returns the last parts of the names of secret parameters, in lower case. A parameter with such a name is a secret
// also if the caller spelled the operation or the structure wrong.
func secretNames(operations []contract.Operation) map[string]bool {
	secrets := make(map[string]bool)
	seen := make(map[string]bool)
	var add func(members []contract.Member)
	add = func(members []contract.Member) {
		for _, member := range members {
			if member.Secret {
				secrets[strings.ToLower(member.Name)] = true
			}
			if member.Structure != "" && !seen[member.Structure] {
				seen[member.Structure] = true
				add(contract.Definition(member.Structure))
			}
		}
	}
	for _, operation := range operations {
		for _, param := range operation.Params {
			if param.Secret {
				secrets[strings.ToLower(param.Name)] = true
			}
			add(param.Members)
		}
	}

	return secrets
}

// secretParameters are in lower case. The last two belong to Signature Version 2.
var secretParameters = map[string]bool{"x-amz-signature": true, "x-amz-security-token": true, "signature": true, "securitytoken": true}

// signedWith matches the parts of an Authorization that are no secrets, and nothing that merely looks like them.
var publicAuthorization = regexp.MustCompile(
	`^AWS4-HMAC-SHA256 Credential=[A-Z0-9]+/[0-9]{8}/[a-z0-9-]+/[a-z0-9-]+/aws4_request, ?SignedHeaders=[a-z0-9;-]+, ?Signature=`)

func redactHeader(header http.Header) {
	for i, text := range header["Authorization"] {
		header["Authorization"][i] = publicAuthorization.FindString(text) + redacted
	}
	if header.Get("X-Amz-Security-Token") != "" {
		header.Set("X-Amz-Security-Token", redacted)
	}
}
