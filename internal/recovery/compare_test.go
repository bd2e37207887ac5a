package recovery_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/recovery"
)

var began = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

// response returns the window of a response with the given Date that arrives five seconds after the call began.
func response(date time.Time, elapsed ...time.Duration) recovery.Window {
	return recovery.NewWindow(date, began.Add(5*time.Second), elapsed...)
}

func TestComparison(t *testing.T) {
	t.Parallel()
	const five = 5 * time.Second
	agreeing := response(began.Add(five), five, five)
	compareKeys := func(requested, found string) func(*recovery.Comparison) {
		return func(c *recovery.Comparison) { c.SameKey("KmsKeyId", requested, found) }
	}
	fixedKeys := func(requested, found string) func(*recovery.Comparison) {
		return func(c *recovery.Comparison) { c.IdentityKey("KmsKeyId", requested, found) }
	}
	fixedTimes := func(requested, found time.Time) func(*recovery.Comparison) {
		return func(c *recovery.Comparison) { c.IdentityTime("SnapshotCreateTime", requested, found) }
	}
	identity := func(requested, found string) func(*recovery.Comparison) {
		return func(c *recovery.Comparison) { c.Identity("ClusterIdentifier", requested, found) }
	}
	where := func(found string) func(*recovery.Comparison) {
		return func(c *recovery.Comparison) { c.Where("SnapshotType", found, "manual") }
	}
	items := func(requested, found []string) func(*recovery.Comparison) {
		return func(c *recovery.Comparison) { recovery.SameItems(c, "Tags", requested, found) }
	}
	since := func(created time.Time, windows ...recovery.Window) func(*recovery.Comparison) {
		return func(c *recovery.Comparison) {
			c.Windows = windows
			c.Since("SnapshotCreateTime", created)
		}
	}
	const (
		id  = "1234abcd-12ab-34cd-56ef-1234567890ab"
		arn = "arn:aws:kms:eu-west-1:123456789012:key/" + id
	)
	for name, test := range map[string]struct {
		compare    func(*recovery.Comparison)
		want       recovery.Verdict
		incomplete bool
	}{
		"nothing to compare":        {func(*recovery.Comparison) {}, recovery.Ours, false},
		"an identity":               {identity("analytics", "analytics"), recovery.Ours, false},
		"an identity without case":  {identity("Analytics", "analytics"), recovery.Ours, false},
		"another identity":          {identity("analytics", "sales"), recovery.NotOurs, false},
		"an identity not requested": {identity("", "sales"), recovery.Ours, false},
		"no identity described":     {identity("analytics", ""), recovery.Unknown, true},
		"the wanted type":           {where("manual"), recovery.Ours, false},
		"another type":              {where("automated"), recovery.NotOurs, false},
		"no type":                   {where(""), recovery.Unknown, true},
		"the same items":            {items([]string{"a", "b"}, []string{"b", "a"}), recovery.Ours, false},
		"an item more":              {items([]string{"a"}, []string{"a", "b"}), recovery.Unknown, false},
		"an item less":              {items([]string{"a", "b"}, []string{"a"}), recovery.Unknown, false},
		"an item twice":             {items([]string{"a", "b"}, []string{"a", "a"}), recovery.Unknown, false},
		"no items":                  {items(nil, []string{}), recovery.Ours, false},
		"items not described":       {items([]string{"a"}, nil), recovery.Unknown, true},
		"items not requested":       {items(nil, []string{"a"}), recovery.Unknown, false},
		"a key by its ARN":          {compareKeys(arn, arn), recovery.Ours, false},
		"a key by its id":           {compareKeys(id, arn), recovery.Ours, false},
		"a key by a path":           {compareKeys("key/"+id, arn), recovery.Ours, false},
		"a key by another id":       {compareKeys("other", arn), recovery.Unknown, false},
		"a key by an alias":         {compareKeys("alias/backup", arn), recovery.Unknown, false},
		"an alias by an alias":      {compareKeys("alias/backup", "arn:aws:kms:eu-west-1:123456789012:alias/backup"), recovery.Ours, false},
		"a key of another account":  {compareKeys(arn, "arn:aws:kms:eu-west-1:210987654321:key/"+id), recovery.Unknown, false},
		"no key requested":          {compareKeys("", arn), recovery.Ours, false},
		"no key described":          {compareKeys(id, ""), recovery.Unknown, true},
		"a fixed key by its id":     {fixedKeys(id, arn), recovery.Ours, false},
		"a fixed key, upper case":   {fixedKeys(strings.ToUpper(id), arn), recovery.Ours, false},
		"no fixed key requested":    {fixedKeys("", arn), recovery.Ours, false},
		"another fixed key":         {fixedKeys("4321abcd-12ab-34cd-56ef-1234567890ab", arn), recovery.NotOurs, false},
		"a fixed key by an alias":   {fixedKeys("alias/backup", arn), recovery.Unknown, false},
		"a fixed key, alias ARN":    {fixedKeys("arn:aws:kms:eu-west-1:123456789012:alias/backup", arn), recovery.Unknown, false},
		"no fixed key described":    {fixedKeys(id, ""), recovery.Unknown, true},
		"a fixed time":              {fixedTimes(began, began.In(time.FixedZone("", 3600))), recovery.Ours, false},
		"another fixed time":        {fixedTimes(began, began.Add(time.Second)), recovery.NotOurs, false},
		"no fixed time described":   {fixedTimes(began, time.Time{}), recovery.Unknown, true},
		"no fixed time requested":   {fixedTimes(time.Time{}, began), recovery.Ours, false},
		"a member that is present":  {func(c *recovery.Comparison) { c.Present("M", true) }, recovery.Ours, false},
		"a member that is absent":   {func(c *recovery.Comparison) { c.Present("M", false) }, recovery.Unknown, true},
		"a resource that exists":    {func(c *recovery.Comparison) { c.Exists() }, recovery.Unknown, true},

		"created during the call":      {since(began.Add(time.Second), agreeing), recovery.Ours, false},
		"created as the call began":    {since(began, agreeing), recovery.Ours, false},
		"created in the future":        {since(began.Add(time.Hour), agreeing), recovery.Unknown, false},
		"created 4 min after the Date": {since(began.Add(4*time.Minute), agreeing), recovery.Ours, false},
		"elapsed times of 292 years":   {since(began.Add(-24*time.Hour), response(began.Add(five), five, math.MaxInt64)), recovery.Unknown, false},
		"elapsed times of -292 years":  {since(began.Add(time.Second), response(began.Add(five), five, math.MinInt64)), recovery.Unknown, false},
		"created 2 s before":           {since(began.Add(-2*time.Second), agreeing), recovery.Ours, false},
		"created 3 s before":           {since(began.Add(-3*time.Second), agreeing), recovery.Unknown, false},
		"created 5 min before":         {since(began.Add(-5*time.Minute), agreeing), recovery.Unknown, false},
		"created 5 min 1 s before":     {since(began.Add(-5*time.Minute-time.Second), agreeing), recovery.NotOurs, false},
		"created yesterday":            {since(began.Add(-24*time.Hour), agreeing), recovery.NotOurs, false},
		"no time":                      {since(time.Time{}, agreeing), recovery.Unknown, true},
		"no response with a Date":      {since(began), recovery.Unknown, false},
		"a Date 4 s ahead":             {since(began.Add(time.Second), response(began.Add(five+4*time.Second), five)), recovery.Unknown, false},
		"a Date 4 s behind":            {since(began.Add(time.Second), response(began.Add(five-4*time.Second), five)), recovery.Ours, false},
		"a Date in 2126":               {since(began.Add(time.Second), response(began.AddDate(100, 0, 0), five)), recovery.Unknown, false},
		"a Date in 2000":               {since(began.Add(-24*time.Hour), response(began.AddDate(-26, 0, 0), five)), recovery.Unknown, false},
		"no Date":                      {since(began, response(time.Time{}, five)), recovery.Unknown, false},
		"the clock stepped by 48 h":    {since(began.Add(-24*time.Hour), response(began.Add(five), five, 48*time.Hour)), recovery.Unknown, false},
		"the clock stepped, but new":   {since(began.Add(time.Second), response(began.Add(five), five, 48*time.Hour)), recovery.Ours, false},
		"the clock stepped, very old":  {since(began.Add(-72*time.Hour), response(began.Add(five), five, 48*time.Hour)), recovery.NotOurs, false},
		"the clock stepped back":       {since(began.Add(time.Second), response(began.Add(five), five, -48*time.Hour)), recovery.Unknown, false},
		"two responses that agree":     {since(began, agreeing, agreeing), recovery.Ours, false},
		"two responses that disagree":  {since(began, agreeing, response(began.AddDate(100, 0, 0), five)), recovery.Unknown, false},
		"two responses, both too late": {since(began.Add(-24*time.Hour), agreeing, agreeing), recovery.NotOurs, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var c recovery.Comparison
			test.compare(&c)
			if c.Verdict() != test.want || c.Incomplete() != test.incomplete {
				t.Errorf("Verdict() = %s, Incomplete() = %t, want %s, %t; Reason() = %q", c.Verdict(), c.Incomplete(), test.want, test.incomplete, c.Reason())
			}
		})
	}
}

// TestVerdictOfSeveralMembers checks that a member that proves NotOurs outweighs unknown ones.
func TestVerdictOfSeveralMembers(t *testing.T) {
	t.Parallel()
	var c recovery.Comparison
	c.Identity("A", "a", "")
	c.Same("B", false)
	if c.Verdict() != recovery.Unknown || !c.Incomplete() {
		t.Errorf("Verdict() = %s, Incomplete() = %t, want unknown, true", c.Verdict(), c.Incomplete())
	}
	c.Identity("C", "c", "other")
	if c.Verdict() != recovery.NotOurs || c.Incomplete() {
		t.Errorf("Verdict() = %s, Incomplete() = %t, want not ours, false", c.Verdict(), c.Incomplete())
	}
	if want := "the resource has another C and has another B, which may have changed after the call and has no A yet"; c.Reason() != want {
		t.Errorf("Reason() = %q, want %q", c.Reason(), want)
	}
}

// TestReasonWithoutTime checks that the reason explains what to do with a resource that has no creation time yet.
func TestReasonWithoutTime(t *testing.T) {
	t.Parallel()
	var c recovery.Comparison
	c.Since("ClusterCreateTime", time.Time{})
	want := "the resource has no ClusterCreateTime yet (wait until it is available, then compare it with the request)"
	if c.Verdict() != recovery.Unknown || !c.Incomplete() || c.Reason() != want {
		t.Errorf("Verdict() = %s, Incomplete() = %t, Reason() = %q, want unknown, true, %q", c.Verdict(), c.Incomplete(), c.Reason(), want)
	}
}

func TestOptionalValues(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		compare func(*recovery.Comparison)
		want    recovery.Verdict
	}{
		"not requested":      {func(c *recovery.Comparison) { recovery.SameOptional(c, "M", nil, new(7)) }, recovery.Ours},
		"the same":           {func(c *recovery.Comparison) { recovery.SameOptional(c, "M", new(7), new(7)) }, recovery.Ours},
		"another":            {func(c *recovery.Comparison) { recovery.SameOptional(c, "M", new(7), new(8)) }, recovery.Unknown},
		"not described":      {func(c *recovery.Comparison) { recovery.SameOptional(c, "M", new(7), nil) }, recovery.Unknown},
		"a value":            {func(c *recovery.Comparison) { recovery.SameValue(c, "M", new(7), 7) }, recovery.Ours},
		"another value":      {func(c *recovery.Comparison) { recovery.SameValue(c, "M", new(7), 0) }, recovery.Unknown},
		"no value requested": {func(c *recovery.Comparison) { recovery.SameValue(c, "M", nil, 7) }, recovery.Ours},
		"a time":             {func(c *recovery.Comparison) { c.SameTime("M", began, began.Add(999*time.Millisecond)) }, recovery.Ours},
		"another time":       {func(c *recovery.Comparison) { c.SameTime("M", began, began.Add(time.Second)) }, recovery.Unknown},
		"a text":             {func(c *recovery.Comparison) { c.SameText("M", "a", "A") }, recovery.Unknown},
		"a text, the same":   {func(c *recovery.Comparison) { c.SameText("M", "a", "a") }, recovery.Ours},
		"an identifier":      {func(c *recovery.Comparison) { c.SameIdentifier("M", "a", "A") }, recovery.Ours},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var c recovery.Comparison
			if test.compare(&c); c.Verdict() != test.want {
				t.Errorf("Verdict() = %s, want %s", c.Verdict(), test.want)
			}
		})
	}
}

func TestPlan(t *testing.T) {
	t.Parallel()
	plan := recovery.Plan{Settled: []awsquery.ErrorCode{"AlreadyExists", "InvalidState"}, Missing: []awsquery.ErrorCode{"NotFound"}}
	for code, want := range map[awsquery.ErrorCode]bool{"AlreadyExists": true, "InvalidState": true, "NotFound": false, "": false} {
		if got := plan.IsSettled(code); got != want {
			t.Errorf("IsSettled(%q) = %t", code, got)
		}
	}
	for err, want := range map[error]bool{
		&awsquery.Error{Code: "NotFound"}: true, &awsquery.Error{Code: "AlreadyExists"}: false, recovery.ErrNotVisible: true, errors.New("NotFound"): false,
	} {
		if got := plan.IsMissing(err); got != want {
			t.Errorf("IsMissing(%v) = %t", err, got)
		}
	}
	if _, err := recovery.One([]int(nil)); !errors.Is(err, recovery.ErrNotVisible) {
		t.Errorf("One() of no items: %v", err)
	}
	if _, err := recovery.One([]int{1, 2}); !errors.Is(err, recovery.ErrSeveral) {
		t.Errorf("One() of two items: %v", err)
	}
	if one, err := recovery.One([]int{7}); err != nil || *one != 7 {
		t.Errorf("One() of one item: %v, %v", one, err)
	}
}
