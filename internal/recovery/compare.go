package recovery

import (
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
}

// Verdict returns whose work the resource is, as far as the comparison shows.
func (c *Comparison) Verdict() Verdict {
	switch {
	case len(c.different)+len(c.older) > 0:
		return NotOurs
	case len(c.changed)+len(c.incomplete)+len(c.undated) > 0:
		return Unknown
	default:
		return Ours
	}
}

// Incomplete reports whether the resource lacks members that the comparison needs. Redshift describes new resources without some
// of their members, so that another look-up can show more.
func (c *Comparison) Incomplete() bool { return c.Verdict() == Unknown && len(c.incomplete) > 0 }

// Members returns the names of the members that keep the verdict from being [Ours], for the text of an error. Values are never
// part of it.
func (c *Comparison) Members() []string {
	return slices.Concat(c.different, c.older, c.changed, c.incomplete, c.undated)
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

// Same records whether a member that anyone can change has the requested value.
func (c *Comparison) Same(member string, same bool) {
	if !same {
		c.changed = append(c.changed, member)
	}
}

// SameText compares a text that anyone can change. One that was not requested is not compared.
func (c *Comparison) SameText(member, requested, found string) {
	c.Same(member, requested == "" || requested == found)
}

// SameIdentifier is SameText without case.
func (c *Comparison) SameIdentifier(member, requested, found string) {
	c.Same(member, requested == "" || strings.EqualFold(requested, found))
}

// SameKey compares a KMS key. Redshift describes a key by its ARN, also one that was requested by its id. An alias can stand for
// any key.
func (c *Comparison) SameKey(member, requested, found string) {
	c.Same(member, requested == "" || isSameKey(requested, found))
}

func isSameKey(requested, found string) bool {
	return strings.EqualFold(requested, found) || found != "" && strings.EqualFold(keyOf(requested), keyOf(found)) &&
		(!strings.HasPrefix(requested, "arn:") || !strings.HasPrefix(found, "arn:"))
}

// keyOf returns the part of a key's ARN that names it: its id, or alias/NAME.
func keyOf(key string) string {
	if !strings.HasPrefix(key, "arn:") {
		return strings.TrimPrefix(key, "key/")
	}
	parts := strings.SplitN(key, ":", 6)

	return strings.TrimPrefix(parts[len(parts)-1], "key/")
}

// SameTime compares times to the second, which is as exact as some responses are. The zero time is not compared.
func (c *Comparison) SameTime(member string, requested, found time.Time) {
	c.Same(member, requested.IsZero() || requested.Truncate(time.Second).Equal(found.Truncate(time.Second)))
}

// SameOptional compares a value that was requested if the pointer is not nil. The resource can lack it.
func SameOptional[T comparable](c *Comparison, member string, requested, found *T) {
	c.Same(member, requested == nil || found != nil && *requested == *found)
}

// SameValue compares a value that was requested if the pointer is not nil.
func SameValue[T comparable](c *Comparison, member string, requested *T, found T) {
	c.Same(member, requested == nil || *requested == found)
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
			c.Same(member, false)

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
type Window struct{ Earliest, Latest time.Time }

// NewWindow returns the window that a response shows. date is its Date, now the client's own time when it came, and elapsed are
// the times since the first attempt began, by each clock that the client has. The window is not known if the date and the
// client's time are more than five minutes apart: then the clocks disagree.
func NewWindow(date, now time.Time, elapsed ...time.Duration) Window {
	if date.IsZero() || len(elapsed) == 0 || date.Sub(now).Abs() > clockTolerance {
		return Window{}
	}

	return Window{Earliest: date.Add(-max(slices.Max(elapsed), 0)), Latest: date.Add(-max(slices.Min(elapsed), 0))}
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
	for _, window := range c.Windows {
		verdicts[window.compare(created)]++
	}
	switch len(c.Windows) {
	case 0:
		c.undated = append(c.undated, member)
	case verdicts[Ours]:
	case verdicts[NotOurs]:
		c.older = append(c.older, member)
	default:
		c.undated = append(c.undated, member)
	}
}
