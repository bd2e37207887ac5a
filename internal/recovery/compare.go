package recovery

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Verdict is the result of a comparison.
type Verdict string

// The verdicts.
const (
	Ours    Verdict = "ours"     // the call made or changed the resource
	NotOurs Verdict = "not ours" // someone else did
	Unknown Verdict = "unknown"
)

// Comparison compares the request of a call with the resource that a look-up describes. Make one for each look-up.
type Comparison struct {
	// Windows are ranges for the time when the first attempt of the call began. Each response gives one. Only Since uses them. If
	// Windows is empty or has a zero Window, the age of a resource proves nothing.
	Windows []Window

	different  []string // members that cannot change and differ
	older      []string // members with a time before the call
	changed    []string // members that anyone can change and that differ
	incomplete []string // members that the resource lacks
	untimed    []string // creation times that the resource lacks
	undated    []string // members with a time that cannot be compared with the call
	exists     bool     // whether the resource exists although the call should have removed it
}

// Verdict returns the verdict of all members that were compared.
func (c *Comparison) Verdict() Verdict {
	switch {
	case len(c.different)+len(c.older) > 0:
		return NotOurs
	case len(c.changed)+len(c.incomplete)+len(c.untimed)+len(c.undated) > 0 || c.exists:
		return Unknown
	default:
		return Ours
	}
}

// Incomplete reports whether another look-up can show more: the resource lacks members that the comparison needs, as new resources
// do, or it still exists although the call should have removed it.
func (c *Comparison) Incomplete() bool {
	return c.Verdict() == Unknown && (len(c.incomplete)+len(c.untimed) > 0 || c.exists)
}

// Reason returns the reason why the verdict is not [Ours]. It names members, but never contains their values.
func (c *Comparison) Reason() string {
	var reasons []string
	for _, kind := range []struct {
		members []string
		format  string
	}{
		{c.different, "has another %s"},
		{c.older, "has a %s before the call"},
		{c.changed, "has another %s, which may have changed after the call"},
		{c.incomplete, "has no %s yet"},
		{c.untimed, "has no %s yet (wait until it is available, then compare it with the request)"},
		{c.undated, "has a %s that cannot be compared with the time of the call"},
	} {
		if len(kind.members) > 0 {
			reasons = append(reasons, fmt.Sprintf(kind.format, strings.Join(slices.Compact(kind.members), ", ")))
		}
	}
	if c.exists {
		reasons = append(reasons, "still exists")
	}

	return "the resource " + strings.Join(reasons, " and ")
}

// Identity compares an identifier, or another value that cannot change, without case, as Redshift does. It does not compare a value
// that was not requested.
func (c *Comparison) Identity(member, requested, found string) {
	switch {
	case requested == "" || strings.EqualFold(requested, found):
	case found == "":
		c.incomplete = append(c.incomplete, member)
	default:
		c.different = append(c.different, member)
	}
}

// Where compares a member that cannot change. A resource that the call made can only have the value want.
func (c *Comparison) Where(member, found, want string) {
	switch {
	case strings.EqualFold(found, want):
	case found == "":
		c.incomplete = append(c.incomplete, member)
	default:
		c.different = append(c.different, member)
	}
}

// IdentityKey is [Comparison.Identity] for a KMS key that cannot change. Redshift describes a key by its ARN, even if it was
// requested by its id. An alias proves nothing, because it can refer to any key.
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

// IdentityTime is [Comparison.Identity] for a time. It compares whole seconds, because some responses have no fractions.
func (c *Comparison) IdentityTime(member string, requested, found time.Time) {
	switch {
	case requested.IsZero() || isSameSecond(requested, found):
	case found.IsZero():
		c.incomplete = append(c.incomplete, member)
	default:
		c.different = append(c.different, member)
	}
}

// Present records whether the resource has a member that it must have. A resource without it is incomplete.
func (c *Comparison) Present(member string, present bool) {
	if !present {
		c.incomplete = append(c.incomplete, member)
	}
}

// Exists records that a resource still exists although the call should have removed it. A later look-up may not find it.
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

// SameText compares a text that anyone can change. It does not compare a text that was not requested.
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

// SameTime is SameText for a time. It compares whole seconds.
func (c *Comparison) SameTime(member string, requested, found time.Time) {
	c.compare(member, !found.IsZero(), requested.IsZero() || isSameSecond(requested, found))
}

func isSameSecond(a, b time.Time) bool { return a.Truncate(time.Second).Equal(b.Truncate(time.Second)) }

// SameOptional compares an optional value, which was requested if the pointer is not nil. The resource may not have it.
func SameOptional[T comparable](c *Comparison, member string, requested, found *T) {
	c.compare(member, found != nil, requested == nil || found != nil && *requested == *found)
}

// SameValue is [SameOptional] for a member that the resource has as a plain value: zero if it lacks it.
func SameValue[T comparable](c *Comparison, member string, requested *T, found T) {
	var zero T
	c.compare(member, found != zero, requested == nil || *requested == found)
}

// SameItems compares lists in any order. It compares an empty list too, which means that the call requested no items.
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

// hostSlack is the largest accepted difference between two clocks of Redshift: one sets the Date of the response, the other the
// creation time of the resource. The Date of a response has whole seconds.
const hostSlack = 2 * time.Second

// clockTolerance is the largest difference between clocks that agree: Redshift accepts signatures that are five minutes off. A
// resource is clearly older than the call only if it is older by more than that.
const clockTolerance = 5 * time.Minute

// Window is the range of times when the first attempt of a call may have begun, by Redshift's clock. The zero Window means that the
// time is not known.
type Window struct {
	Earliest, Latest time.Time
	// Date is the Date of the response.
	Date time.Time
}

// NewWindow returns the window that a response shows. date is its Date, and now the client's time when the response arrived.
// elapsed has the durations from the beginning of the first attempt to the request and to the response, by each clock of the
// client. If date and now differ by more than five minutes, the clocks disagree, and NewWindow returns the zero Window.
func NewWindow(date, now time.Time, elapsed ...time.Duration) Window {
	if date.IsZero() || len(elapsed) == 0 || date.Sub(now).Abs() > clockTolerance {
		return Window{}
	}

	return Window{Earliest: date.Add(-max(slices.Max(elapsed), 0)), Latest: date.Add(-max(slices.Min(elapsed), 0)), Date: date}
}

// compare returns the verdict for a resource by its creation time.
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

// Since compares the creation time of the resource with the beginning of the call. A resource without the time is incomplete.
func (c *Comparison) Since(member string, created time.Time) {
	if created.IsZero() {
		c.untimed = append(c.untimed, member)

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
		// No response has a Date, or the creation time is in the future.
		c.undated = append(c.undated, member)
	case len(c.Windows) == verdicts[Ours]:
	case len(c.Windows) == verdicts[NotOurs]:
		c.older = append(c.older, member)
	default:
		c.undated = append(c.undated, member)
	}
}
