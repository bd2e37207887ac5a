package recovery

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Verdict is whose work a resource is.
type Verdict string

// The verdicts.
const (
	Ours    Verdict = "ours"
	NotOurs Verdict = "not ours"
	Unknown Verdict = "unknown"
)

// Comparison compares what a call requested with the resource that a look-up describes. Make one for each look-up.
type Comparison struct {
	// Windows bound when the first attempt of the call began, by each response that dates it. They are only used by Since. If
	// there is none, or one of them is not known, a resource's age proves nothing.
	Windows []Window

	different  []string // members that cannot change and differ
	older      []string // members that show a time before the call
	changed    []string // members that anyone can change and that differ
	incomplete []string // members that the resource lacks
	undated    []string // members with a time that no clock dates
	exists     bool     // whether the resource exists although the call should have removed it
}

// Verdict returns whose work the resource is, as far as the comparison shows.
func (c *Comparison) Verdict() Verdict {
	switch {
	case len(c.different)+len(c.older) > 0:
		return NotOurs
	case len(c.changed)+len(c.incomplete)+len(c.undated) > 0 || c.exists:
		return Unknown
	default:
		return Ours
	}
}

// Incomplete reports whether another look-up can show more: the resource lacks members that the comparison needs, as new resources
// do, or it still exists although the call should have removed it.
func (c *Comparison) Incomplete() bool {
	return c.Verdict() == Unknown && (len(c.incomplete) > 0 || c.exists)
}

// Reason says why the verdict is not [Ours]. It names members, and never has a value of one.
func (c *Comparison) Reason() string {
	var reasons []string
	for _, one := range []struct {
		members []string
		format  string
	}{
		{c.different, "has another %s"},
		{c.older, "has a %s before the call"},
		{c.changed, "has another %s, which may have changed since"},
		{c.incomplete, "has no %s yet"},
		{c.undated, "has a %s that cannot be compared with the time of the call"},
	} {
		if len(one.members) > 0 {
			reasons = append(reasons, fmt.Sprintf(one.format, strings.Join(slices.Compact(one.members), ", ")))
		}
	}
	if c.exists {
		reasons = append(reasons, "still exists")
	}

	return "the resource " + strings.Join(reasons, " and ")
}

// Identity compares an identifier, or another value that cannot change. Redshift compares identifiers without case. A value that
// was not requested is not compared.
func (c *Comparison) Identity(member, requested, found string) {
	switch {
	case requested == "" || strings.EqualFold(requested, found):
	case found == "":
		c.incomplete = append(c.incomplete, member)
	default:
		c.different = append(c.different, member)
	}
}

// Where compares a member that cannot change with the only value that the call's own resource can have.
func (c *Comparison) Where(member, found, want string) {
	switch {
	case strings.EqualFold(found, want):
	case found == "":
		c.incomplete = append(c.incomplete, member)
	default:
		c.different = append(c.different, member)
	}
}

// IdentityKey is [Comparison.Identity] for a KMS key that cannot change. Redshift describes a key by its ARN, also one that was
// requested by its id. An alias can stand for any key, so that it proves nothing.
func (c *Comparison) IdentityKey(member, requested, found string) {
	switch {
	case requested == "" || isSameKey(requested, found):
	case found == "":
		c.incomplete = append(c.incomplete, member)
	case isAlias(requested) != isAlias(found):
		c.changed = append(c.changed, member)
	default:
		c.different = append(c.different, member)
	}
}

// IdentityTime is [Comparison.Identity] for a time. Times are compared to the second, which is as exact as some responses are.
func (c *Comparison) IdentityTime(member string, requested, found time.Time) {
	switch {
	case requested.IsZero() || isSameSecond(requested, found):
	case found.IsZero():
		c.incomplete = append(c.incomplete, member)
	default:
		c.different = append(c.different, member)
	}
}

// Present records a member that the resource must have. A resource without it is incomplete.
func (c *Comparison) Present(member string, present bool) {
	if !present {
		c.incomplete = append(c.incomplete, member)
	}
}

// Exists records that a resource exists which the call should have removed. Another look-up may not find it.
func (c *Comparison) Exists() { c.exists = true }

// Same records whether a member that anyone can change has the requested value.
func (c *Comparison) Same(member string, same bool) {
	if !same {
		c.changed = append(c.changed, member)
	}
}

// compare records a member that anyone can change: whether the resource has it, and whether it has the requested value.
func (c *Comparison) compare(member string, present, same bool) {
	c.Present(member, present || same)
	c.Same(member, same || !present)
}

// SameText compares a text that anyone can change. One that was not requested is not compared.
func (c *Comparison) SameText(member, requested, found string) {
	c.compare(member, found != "", requested == "" || requested == found)
}

// SameIdentifier is SameText without case.
func (c *Comparison) SameIdentifier(member, requested, found string) {
	c.compare(member, found != "", requested == "" || strings.EqualFold(requested, found))
}

// SameKey is IdentityKey for a key that anyone can change.
func (c *Comparison) SameKey(member, requested, found string) {
	c.compare(member, found != "", requested == "" || isSameKey(requested, found))
}

func isSameKey(requested, found string) bool {
	return strings.EqualFold(requested, found) || found != "" && strings.EqualFold(keyOf(requested), keyOf(found)) &&
		(!strings.HasPrefix(requested, "arn:") || !strings.HasPrefix(found, "arn:"))
}

func isAlias(key string) bool { return strings.HasPrefix(keyOf(key), "alias/") }

// keyOf returns the part of a key's ARN that names it: its id, or alias/NAME.
func keyOf(key string) string {
	if !strings.HasPrefix(key, "arn:") {
		return strings.TrimPrefix(key, "key/")
	}
	parts := strings.SplitN(key, ":", 6)

	return strings.TrimPrefix(parts[len(parts)-1], "key/")
}

// SameTime compares times as IdentityTime does. The zero time is not compared.
func (c *Comparison) SameTime(member string, requested, found time.Time) {
	c.compare(member, !found.IsZero(), requested.IsZero() || isSameSecond(requested, found))
}

func isSameSecond(a, b time.Time) bool { return a.Truncate(time.Second).Equal(b.Truncate(time.Second)) }

// SameOptional compares a value that was requested if the pointer is not nil. The resource can lack it.
func SameOptional[T comparable](c *Comparison, member string, requested, found *T) {
	c.compare(member, found != nil, requested == nil || found != nil && *requested == *found)
}

// SameValue compares a value that was requested if the pointer is not nil. A resource that lacks it has the zero value.
func SameValue[T comparable](c *Comparison, member string, requested *T, found T) {
	var zero T
	c.compare(member, found != zero, requested == nil || *requested == found)
}

// SameItems compares lists without their order. An empty list is compared too: the call requested none.
func SameItems[T comparable](c *Comparison, member string, requested, found []T) {
	counts := make(map[T]int)
	for _, item := range requested {
		counts[item]++
	}
	for _, item := range found {
		counts[item]--
	}
	for _, count := range counts {
		if count != 0 {
			c.compare(member, len(found) > 0, false)

			return
		}
	}
}

// hostSlack is the largest difference between Redshift's own clocks: one dates the response, another the resource. Dates of
// responses are whole seconds.
const hostSlack = 2 * time.Second

// clockTolerance is how far apart clocks can be and still agree: Redshift accepts signatures that are five minutes off. A resource
// has to be older than the call by more than that to count as clearly older.
const clockTolerance = 5 * time.Minute

// Window is the time within which the first attempt of a call began, by Redshift's clock. The zero Window is not known.
type Window struct {
	Earliest, Latest time.Time
	// Date is that of the response.
	Date time.Time
}

// NewWindow returns the window that a response shows. date is its Date, now the client's own time when it came, and elapsed are
// the times from the beginning of the first attempt to the request and to its response, by each clock that the client has. The
// window is not known if the date and the client's time are more than five minutes apart: then the clocks disagree.
func NewWindow(date, now time.Time, elapsed ...time.Duration) Window {
	if date.IsZero() || len(elapsed) == 0 || date.Sub(now).Abs() > clockTolerance {
		return Window{}
	}

	return Window{Earliest: date.Add(-max(slices.Max(elapsed), 0)), Latest: date.Add(-max(slices.Min(elapsed), 0)), Date: date}
}

// compare returns whether a resource with that creation time is the call's own, as far as its age shows.
func (w Window) compare(created time.Time) Verdict {
	switch {
	case w == Window{}:
		return Unknown
	case !created.Before(w.Latest.Add(-hostSlack)):
		return Ours
	case created.Before(w.Earliest.Add(-clockTolerance)):
		return NotOurs
	default:
		return Unknown
	}
}

// Since compares when the resource was created with when the call began. A resource that does not show it yet is incomplete.
func (c *Comparison) Since(member string, created time.Time) {
	if created.IsZero() {
		c.incomplete = append(c.incomplete, member)

		return
	}
	verdicts := make(map[Verdict]int)
	var now time.Time
	for _, window := range c.Windows {
		verdicts[window.compare(created)]++
		if window.Date.After(now) {
			now = window.Date
		}
	}
	switch {
	case len(c.Windows) == 0, created.After(now.Add(clockTolerance)):
		// No response is dated, or the resource is of the future.
		c.undated = append(c.undated, member)
	case len(c.Windows) == verdicts[Ours]:
	case len(c.Windows) == verdicts[NotOurs]:
		c.older = append(c.older, member)
	default:
		c.undated = append(c.undated, member)
	}
}
