package redshift_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// The tests of this file use a scripted server. A bubble of synctest begins on 1 January 2000.

// noResponse is an attempt with a lost response.
var noResponse = reply{err: io.ErrUnexpectedEOF}

// recoveredCall is a test case: a call, its responses, and its result.
type recoveredCall struct {
	call    func(context.Context, *redshift.Client, ...redshift.Option) (any, error)
	replies []reply
	options []redshift.Option
	// want is "ok", "unknown", or the code of the refusal that the call returns.
	want string
	// requests are the actions of all requests. "3*X" means three requests with the action X.
	requests string
	// text is a part of the error text.
	text string
}

func (test recoveredCall) run(t *testing.T) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		client, server := scripted(t, test.replies...)
		got, err := test.call(t.Context(), client, test.options...)
		checkRecovered(t, err, test.want, test.text)
		if err == nil && got == nil {
			t.Error("the call succeeded without a result")
		}
		if want := expand(test.requests); test.requests != "" && server.actions() != want {
			t.Errorf("requests =\n%s, want\n%s (err = %v)", server.actions(), want, err)
		}
	})
}

// checkRecovered checks the result of a call, and that the text of an error has no value of a parameter.
func checkRecovered(t *testing.T, err error, want, text string) {
	t.Helper()
	unknown := errors.As(err, new(*redshift.OutcomeUnknownError))
	switch {
	case want == "ok":
		if err != nil {
			t.Errorf("err = %v, want nil", err)
		}
	case want == "unknown":
		if !unknown {
			t.Errorf("err = %v, want an unknown outcome", err)
		}
	case unknown || !errors.Is(err, awsquery.ErrorCode(want)):
		t.Errorf("err = %v, want %s", err, want)
	}
	if err == nil {
		return
	}
	if !strings.Contains(err.Error(), text) {
		t.Errorf("err = %q, want %q in it", err, text)
	}
	for _, value := range []string{"confidential", "1234abcd", "alias/"} {
		if strings.Contains(err.Error(), value) {
			t.Errorf("the error shows the value of a parameter: %v", err)
		}
	}
}

// expand expands repeated actions.
func expand(requests string) string {
	var names []string
	for _, one := range strings.Fields(requests) {
		count, name := 1, one
		if _, err := fmt.Sscanf(one, "%d*%s", &count, &name); err != nil {
			count, name = 1, one
		}
		names = append(names, slices.Repeat([]string{name}, count)...)
	}

	return strings.Join(names, " ")
}

func callCreate(tags ...models.Tag) func(context.Context, *redshift.Client, ...redshift.Option) (any, error) {
	return func(ctx context.Context, c *redshift.Client, options ...redshift.Option) (any, error) {
		result, err := c.CreateClusterSnapshot(ctx, &redshift.CreateClusterSnapshotParams{
			ClusterIdentifier:             "Analytics",
			SnapshotIdentifier:            "Nightly",
			ManualSnapshotRetentionPeriod: new(7),
			Tags:                          tags,
		}, options...)
		if err == nil && result.Snapshot.SnapshotIdentifier != "nightly" {
			err = fmt.Errorf("result = %+v", result)
		}

		return result, err
	}
}

// snapshotWith returns the description of one snapshot.
func snapshotWith(members string) reply {
	return result("DescribeClusterSnapshots", "<Snapshots><Snapshot><SnapshotIdentifier>nightly</SnapshotIdentifier>"+members+"</Snapshot></Snapshots>")
}

const (
	ofAnalytics = "<ClusterIdentifier>analytics</ClusterIdentifier>"
	isManual    = "<SnapshotType>manual</SnapshotType>"
	kept7       = "<ManualSnapshotRetentionPeriod>7</ManualSnapshotRetentionPeriod>"
	createdNow  = "<SnapshotCreateTime>2000-01-01T00:00:00.5Z</SnapshotCreateTime>"
	mine        = ofAnalytics + isManual + kept7 + createdNow
)

func createdAt(at string) string {
	return ofAnalytics + isManual + kept7 + "<SnapshotCreateTime>" + at + "</SnapshotCreateTime>"
}

func withHeader(r reply, header http.Header) reply {
	r.header = header

	return r
}

func TestCreateClusterSnapshotIsRecovered(t *testing.T) {
	t.Parallel()
	exists := refusal(http.StatusBadRequest, "ClusterSnapshotAlreadyExists")
	missing := refusal(http.StatusNotFound, "ClusterSnapshotNotFound")
	none := result("DescribeClusterSnapshots", "<Snapshots/>")
	two := result("DescribeClusterSnapshots", "<Snapshots><Snapshot>"+mine+"</Snapshot><Snapshot>"+mine+"</Snapshot></Snapshots>")
	dates := func(r reply, dates ...string) reply { return withHeader(r, http.Header{"Date": dates}) }
	date := func(r reply, date string) reply { return dates(r, date) }
	undated := http.Header{"Date": nil}
	const create, describe = "CreateClusterSnapshot", "DescribeClusterSnapshots"
	red := models.Tag{Key: "colour", Value: "confidential"}
	blue := models.Tag{Key: "owner", Value: "me"}
	tagged := func(tags ...models.Tag) string {
		text := mine + "<Tags>"
		for _, tag := range tags {
			text += "<Tag><Key>" + tag.Key + "</Key><Value>" + tag.Value + "</Value></Tag>"
		}

		return text + "</Tags>"
	}
	lookedUp := func(replies ...reply) []reply { return append([]reply{noResponse, exists}, replies...) }
	for name, test := range map[string]recoveredCall{
		"our own":                          {replies: lookedUp(snapshotWith(mine)), want: "ok", requests: "2*" + create + " " + describe},
		"after an error 500":               {replies: []reply{refusal(500, "InternalFailure"), exists, snapshotWith(mine)}, want: "ok"},
		"after a 200 without XML":          {replies: []reply{{body: "{}"}, exists, snapshotWith(mine)}, want: "ok"},
		"a time in another zone":           {replies: lookedUp(snapshotWith(createdAt("2000-01-01T02:00:00+02:00"))), want: "ok"},
		"another letter case":              {replies: lookedUp(snapshotWith(strings.Replace(mine, "analytics", "ANALYTICS", 1))), want: "ok"},
		"tags in another order":            {call: callCreate(red, blue), replies: lookedUp(snapshotWith(tagged(blue, red))), want: "ok"},
		"an additional tag":                {call: callCreate(red), replies: lookedUp(snapshotWith(tagged(red, blue))), want: "unknown", text: "the resource has another Tags", requests: "2*" + create + " " + describe},
		"another value of a tag":           {call: callCreate(red), replies: lookedUp(snapshotWith(tagged(models.Tag{Key: "colour"}))), want: "unknown", text: "another Tags"},
		"no tags":                          {call: callCreate(red), replies: lookedUp(snapshotWith(mine)), want: "unknown", text: "no Tags yet", requests: "2*" + create + " 5*" + describe},
		"tags that come later":             {call: callCreate(red), replies: lookedUp(snapshotWith(mine), snapshotWith(tagged(red))), want: "ok", requests: "2*" + create + " 2*" + describe},
		"another retention":                {replies: lookedUp(snapshotWith(strings.Replace(mine, ">7<", ">8<", 1))), want: "unknown", text: "another ManualSnapshotRetentionPeriod"},
		"no retention":                     {replies: lookedUp(snapshotWith(strings.Replace(mine, kept7, "", 1))), want: "unknown", requests: "2*" + create + " 5*" + describe},
		"no type":                          {replies: lookedUp(snapshotWith(strings.Replace(mine, isManual, "", 1))), want: "unknown", text: "no SnapshotType yet", requests: "2*" + create + " 5*" + describe},
		"no cluster":                       {replies: lookedUp(snapshotWith(strings.Replace(mine, ofAnalytics, "", 1))), want: "unknown", requests: "2*" + create + " 5*" + describe},
		"no time":                          {replies: lookedUp(snapshotWith(strings.Replace(mine, createdNow, "", 1))), want: "unknown", requests: "2*" + create + " 5*" + describe},
		"a time that comes later":          {replies: lookedUp(snapshotWith(strings.Replace(mine, createdNow, "", 1)), snapshotWith(mine)), want: "ok"},
		"an automated snapshot":            {replies: lookedUp(snapshotWith(strings.Replace(mine, "manual", "automated", 1))), want: "ClusterSnapshotAlreadyExists", requests: "2*" + create + " " + describe},
		"of another cluster":               {replies: lookedUp(snapshotWith(strings.Replace(mine, "analytics", "sales", 1))), want: "ClusterSnapshotAlreadyExists"},
		"one day old":                      {replies: lookedUp(snapshotWith(createdAt("1999-12-31T00:00:00Z"))), want: "ClusterSnapshotAlreadyExists"},
		"5 minutes old":                    {replies: lookedUp(snapshotWith(createdAt("1999-12-31T23:55:10Z"))), want: "unknown", text: "cannot be compared with the time of the call"},
		"3 seconds old":                    {replies: lookedUp(snapshotWith(createdAt("1999-12-31T23:59:57Z"))), want: "unknown"},
		"from the future":                  {replies: lookedUp(snapshotWith(createdAt("2126-01-01T00:00:00Z"))), want: "unknown"},
		"old, and tags differ":             {call: callCreate(red), replies: lookedUp(snapshotWith(createdAt("1999-12-31T00:00:00Z"))), want: "ClusterSnapshotAlreadyExists"},
		"visible at the fourth look-up":    {replies: lookedUp(none, missing, none, snapshotWith(mine)), want: "ok", requests: "2*" + create + " 4*" + describe},
		"never visible":                    {replies: lookedUp(none), want: "unknown", text: "no such resource", requests: "2*" + create + " 5*" + describe},
		"never found":                      {replies: lookedUp(missing), want: "unknown", requests: "2*" + create + " 5*" + describe},
		"two snapshots":                    {replies: lookedUp(two), want: "unknown", text: "several resources", requests: "2*" + create + " " + describe},
		"another name, then our own":       {replies: lookedUp(result(describe, "<Snapshots><Snapshot><SnapshotIdentifier>x</SnapshotIdentifier></Snapshot></Snapshots>"), snapshotWith(mine)), want: "ok"},
		"another name each time":           {replies: lookedUp(result(describe, "<Snapshots><Snapshot><SnapshotIdentifier>x</SnapshotIdentifier></Snapshot></Snapshots>")), want: "unknown", text: "another resource than the request", requests: "2*" + create + " 5*" + describe},
		"a look-up that is throttled":      {replies: lookedUp(refusal(400, "Throttling"), snapshotWith(mine)), want: "ok"},
		"look-ups always throttled":        {replies: lookedUp(refusal(400, "Throttling")), want: "unknown", requests: "2*" + create + " 5*" + describe},
		"a look-up without a response":     {replies: lookedUp(noResponse, noResponse, snapshotWith(mine)), want: "ok"},
		"look-ups without responses":       {replies: lookedUp(noResponse), want: "unknown", requests: "2*" + create + " 5*" + describe},
		"a look-up that is refused":        {replies: lookedUp(refusal(403, "AccessDenied")), want: "unknown", text: "AccessDenied", requests: "2*" + create + " " + describe},
		"a look-up of another document":    {replies: lookedUp(reply{body: "<html/>"}, snapshotWith(mine)), want: "ok"},
		"a look-up with a wrong date":      {replies: lookedUp(refusal(400, "RequestExpired"), snapshotWith(mine)), want: "ok"},
		"a refusal dated 4 s ahead":        {replies: []reply{noResponse, date(exists, "Sat, 01 Jan 2000 00:00:04 GMT"), snapshotWith(mine)}, want: "unknown"},
		"a refusal dated 4 s behind":       {replies: []reply{noResponse, date(exists, "Fri, 31 Dec 1999 23:59:56 GMT"), snapshotWith(mine)}, want: "ok"},
		"a refusal of 2126":                {replies: []reply{noResponse, date(exists, "Tue, 01 Jan 2126 00:00:00 GMT"), snapshotWith(mine)}, want: "unknown"},
		"old, by a refusal of 2126":        {replies: []reply{noResponse, date(exists, "Tue, 01 Jan 2126 00:00:00 GMT"), snapshotWith(createdAt("1999-12-31T00:00:00Z"))}, want: "unknown"},
		"a refusal without a Date":         {replies: []reply{noResponse, withHeader(exists, undated), snapshotWith(mine)}, want: "unknown"},
		"a refusal with a bad Date":        {replies: []reply{noResponse, date(exists, "soon"), snapshotWith(mine)}, want: "unknown"},
		"a refusal with two Dates":         {replies: []reply{noResponse, dates(exists, "Sat, 01 Jan 2000 00:00:00 GMT", "Tue, 01 Jan 2126 00:00:00 GMT"), snapshotWith(mine)}, want: "unknown"},
		"a refusal with one Date twice":    {replies: []reply{noResponse, dates(exists, "Sat, 01 Jan 2000 00:00:00 GMT", "Sat, 01 Jan 2000 00:00:00 GMT"), snapshotWith(mine)}, want: "ok"},
		"a refusal with another zone":      {replies: []reply{noResponse, date(exists, "Saturday, 01-Jan-00 00:00:00 PST"), snapshotWith(mine)}, want: "unknown"},
		"a refusal without a zone":         {replies: []reply{noResponse, date(exists, "Sat, 01 Jan 2000 00:00:00"), snapshotWith(mine)}, want: "unknown"},
		"a refusal with status 200":        {replies: []reply{noResponse, refusal(200, "ClusterSnapshotAlreadyExists"), snapshotWith(mine)}, want: "ok"},
		"look-ups with status 200":         {replies: lookedUp(refusal(200, "ClusterSnapshotNotFound"), refusal(200, "Throttling"), snapshotWith(mine)), want: "ok", requests: "2*" + create + " 3*" + describe},
		"a denied look-up, status 200":     {replies: lookedUp(refusal(200, "AccessDenied")), want: "unknown", requests: "2*" + create + " " + describe},
		"a refusal from a cache":           {replies: []reply{noResponse, withHeader(exists, http.Header{"Age": {"0"}}), snapshotWith(mine)}, want: "unknown"},
		"a look-up of 2126":                {replies: lookedUp(date(snapshotWith(mine), "Tue, 01 Jan 2126 00:00:00 GMT")), want: "unknown"},
		"a look-up without a Date":         {replies: lookedUp(withHeader(snapshotWith(mine), undated)), want: "unknown"},
		"old, of another cluster":          {replies: []reply{noResponse, withHeader(exists, undated), snapshotWith(strings.Replace(mine, "analytics", "sales", 1))}, want: "ClusterSnapshotAlreadyExists"},
		"refused immediately":              {replies: []reply{exists}, want: "ClusterSnapshotAlreadyExists", requests: create},
		"refused after throttling":         {replies: []reply{refusal(400, "Throttling"), exists}, want: "ClusterSnapshotAlreadyExists", requests: "2*" + create},
		"refused for another reason":       {replies: []reply{noResponse, refusal(400, "ClusterNotFound")}, want: "unknown", requests: "2*" + create},
		"lost again, then our own":         {replies: []reply{noResponse, noResponse, exists, snapshotWith(mine)}, want: "ok"},
		"with a parameter of an option":    {replies: lookedUp(snapshotWith(mine)), options: []redshift.Option{redshift.WithQueryParam("A", "b")}, want: "unknown", requests: "2*" + create},
		"with a header of an option":       {replies: lookedUp(snapshotWith(mine)), options: []redshift.Option{redshift.WithHeader("A", "b")}, want: "ok"},
		"with two attempts":                {replies: lookedUp(none), options: []redshift.Option{redshift.WithMaxAttempts(2)}, want: "unknown", requests: "2*" + create + " 2*" + describe},
		"responses lost":                   {replies: append(slices.Repeat([]reply{noResponse}, 5), snapshotWith(mine)), want: "ok", requests: "5*" + create + " " + describe},
		"responses lost, not visible":      {replies: append(slices.Repeat([]reply{noResponse}, 5), none), want: "unknown", text: "gave up after 5 attempts", requests: "5*" + create + " " + describe},
		"responses lost, not ours":         {replies: append(slices.Repeat([]reply{noResponse}, 5), snapshotWith(createdAt("1999-12-31T00:00:00Z"))), want: "unknown", requests: "5*" + create + " " + describe},
		"responses lost, the look-up too":  {replies: []reply{noResponse}, want: "unknown", requests: "5*" + create + " " + describe},
		"responses lost, look-up denied":   {replies: append(slices.Repeat([]reply{noResponse}, 5), refusal(403, "AccessDenied")), want: "unknown", requests: "5*" + create + " " + describe},
		"responses lost, look-up of 2126":  {replies: append(slices.Repeat([]reply{noResponse}, 5), date(snapshotWith(mine), "Tue, 01 Jan 2126 00:00:00 GMT")), want: "unknown"},
		"responses lost, with a parameter": {replies: append(slices.Repeat([]reply{noResponse}, 5), snapshotWith(mine)), options: []redshift.Option{redshift.WithQueryParam("A", "b")}, want: "unknown", requests: "5*" + create},
		"lost, then always throttled":      {replies: []reply{noResponse, refusal(400, "Throttling"), refusal(400, "Throttling"), refusal(400, "Throttling"), refusal(400, "Throttling"), snapshotWith(mine)}, want: "ok"},
		"one attempt":                      {replies: []reply{noResponse, snapshotWith(mine)}, options: []redshift.Option{redshift.WithMaxAttempts(1)}, want: "ok", requests: create + " " + describe},
		"a result of another snapshot":     {replies: []reply{result(create, "<Snapshot><SnapshotIdentifier>x</SnapshotIdentifier></Snapshot>")}, want: "unknown", requests: create},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.call == nil {
				test.call = callCreate()
			}
			test.run(t)
		})
	}
}
