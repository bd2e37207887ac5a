package redshifttest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// What is here holds for more than one operation.

const (
	maxClusterIdentifier  = 63
	maxSnapshotIdentifier = 255
	maxCopyGrantName      = 63
	maxRetentionDays      = 3653
	keepForever           = -1
	maxTagKey             = 128
	maxTagValue           = 256
)

// pageSizes are what MaxRecords may be; the largest is also the default.
type pageSizes struct{ smallest, largest int }

var (
	clusterPages      = pageSizes{20, 100}
	copyGrantPages    = pageSizes{20, 100}
	schedulePages     = pageSizes{1, 100} // Amazon states none
	snapshotPages     = pageSizes{20, 100}
	tableRestorePages = pageSizes{1, 100} // Amazon states none
	tagPages          = pageSizes{10, 50}
)

var identifierForm = regexp.MustCompile(`^[A-Za-z](-?[A-Za-z0-9])*$`)

// checkNewIdentifier checks the name of something that is to be made. What exists may have other names (rs:...).
func checkNewIdentifier(parameter, identifier string, longest int) *failure {
	if len(identifier) > longest || !identifierForm.MatchString(identifier) {
		return fail(awsquery.ErrInvalidParameterValue, "The parameter %s is not a valid identifier. "+
			"Identifiers have 1 to %d ASCII letters, digits and hyphens, must begin with a letter, "+
			"and must not end with a hyphen or contain two consecutive hyphens.", parameter, longest)
	}

	return nil
}

// checkClusterIdentifier checks the name of a cluster that is to be made.
func checkClusterIdentifier(identifier string) *failure {
	if strings.ToLower(identifier) != identifier {
		return fail(awsquery.ErrInvalidParameterValue, "The parameter ClusterIdentifier must be in lower case.")
	}

	return checkNewIdentifier("ClusterIdentifier", identifier, maxClusterIdentifier)
}

// retention returns the ManualSnapshotRetentionPeriod of the call, or otherwise if it has none.
func (c *call) retention(otherwise int) (int, *failure) {
	days, failed := c.newRetention()
	if days == nil || failed != nil {
		return otherwise, failed
	}

	return *days, nil
}

// newRetention returns the ManualSnapshotRetentionPeriod that was asked for, nil if none was.
func (c *call) newRetention() (*int, *failure) {
	days, found := c.params.integer("ManualSnapshotRetentionPeriod")
	if !found {
		return nil, nil
	}

	return &days, checkRetention(days)
}

// checkRetention checks how many days manual snapshots are to be kept.
func checkRetention(days int) *failure {
	if days != keepForever && (days < 1 || days > maxRetentionDays) {
		return fail(models.ErrInvalidRetentionPeriodFault,
			"The retention period specified must be either -1 or between 1 and %d, not %d.", maxRetentionDays, days)
	}

	return nil
}

// tags returns the tags that a new resource is to have.
func (c *call) tags() ([]models.Tag, *failure) {
	tags := []models.Tag{}
	for _, members := range c.params.structures("Tags.Tag") {
		tags = append(tags, models.Tag{Key: members["Key"], Value: members["Value"]})
	}
	if failed := checkTags(tags); failed != nil {
		return nil, failed
	}

	return tags, c.checkTagLimit(tags)
}

// checkTags checks the tags of one resource, apart from their number.
func checkTags(tags []models.Tag) *failure {
	seen := make(map[string]bool)
	for _, tag := range tags {
		if failed := checkTagKey(tag.Key); failed != nil {
			return failed
		}
		if failed := checkTagText("value", tag.Value, 0, maxTagValue); failed != nil {
			return failed
		}
		if failed := checkUnreserved(tag.Key); failed != nil {
			return failed
		}
		if seen[tag.Key] {
			return fail(models.ErrInvalidTagFault, "The tag key '%s' is given twice.", tag.Key)
		}
		seen[tag.Key] = true
	}

	return nil
}

func (c *call) checkTagLimit(tags []models.Tag) *failure {
	if limit := max(c.quotas.Tags, 0); len(tags) > limit {
		return fail(models.ErrTagLimitExceededFault, "You have exceeded the number of tags allowed: a resource has %d at most. %s",
			limit, quotaHint("Tags"))
	}

	return nil
}

// raise is the end of a message about a quota. It says which field of Quotas sets that.
func quotaHint(quota string) string {
	return "Options.Quotas." + quota + " of package redshifttest sets this quota."
}

// checkUnreserved refuses the keys that Amazon keeps for itself: nobody else can add or remove those.
func checkUnreserved(key string) *failure {
	if strings.HasPrefix(strings.ToLower(key), "aws:") {
		return fail(models.ErrInvalidTagFault, "The tag key '%s' is not valid: aws: at the start is reserved.", key)
	}

	return nil
}

func checkTagKey(key string) *failure { return checkTagText("key", key, 1, maxTagKey) }

// checkTagText counts characters, not bytes. Letters and digits of any script are letters and digits.
func checkTagText(part, text string, shortest, longest int) *failure {
	if length := utf8.RuneCountInString(text); length < shortest || length > longest {
		return fail(models.ErrInvalidTagFault, "A tag %s has %d to %d characters, this one has %d.", part, shortest, longest, length)
	}
	for _, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" _.:/=+-@", r) {
			return fail(models.ErrInvalidTagFault,
				"The tag %s '%s' has the character %q. Use letters, digits, spaces and _ . : / = + - @.", part, text, r)
		}
	}

	return nil
}

// tagFilter tells whether resources have a tag with one of the keys and one of the values that were asked for.
type tagFilter struct{ keys, values []string }

func (c *call) tagFilter() (tagFilter, *failure) {
	filter := tagFilter{keys: c.params.strings("TagKeys.TagKey"), values: c.params.strings("TagValues.TagValue")}
	for _, key := range filter.keys {
		if failed := checkTagKey(key); failed != nil {
			return tagFilter{}, failed
		}
	}
	for _, value := range filter.values {
		if failed := checkTagText("value", value, 0, maxTagValue); failed != nil {
			return tagFilter{}, failed
		}
	}

	return filter, nil
}

func (t tagFilter) isEmpty() bool { return len(t.keys) == 0 && len(t.values) == 0 }

func (t tagFilter) matches(tags []models.Tag) bool {
	return t.isEmpty() || slices.ContainsFunc(tags, func(tag models.Tag) bool {
		return (len(t.keys) == 0 || slices.Contains(t.keys, tag.Key)) && (len(t.values) == 0 || slices.Contains(t.values, tag.Value))
	})
}

// ranked is something with its place in a list. Places are compared part by part as strings, and no two are equal; the
// place is also what a Marker remembers, so that pages neither repeat nor skip anything that was there all the time, while
// other things come and go.
type listItem[T any] struct {
	sortKey []string
	value   T
}

// page returns the page that MaxRecords and Marker ask for, and the Marker of the next, which is empty if there is none.
// Descending has the parts of the place that are compared the other way round.
func page[T any](c *call, sizes pageSizes, list []listItem[T], descending []bool) ([]T, string, *failure) {
	size, found := c.params.integer("MaxRecords")
	switch {
	case !found:
		size = sizes.largest
	case size < sizes.smallest || size > sizes.largest:
		return nil, "", fail(awsquery.ErrInvalidParameterValue,
			"The parameter MaxRecords must be between %d and %d, not %d.", sizes.smallest, sizes.largest, size)
	}
	compare := func(a, b []string) int {
		for i := range min(len(a), len(b)) {
			order := strings.Compare(a[i], b[i])
			if i < len(descending) && descending[i] {
				order = -order
			}
			if order != 0 {
				return order
			}
		}

		return 0
	}
	slices.SortFunc(list, func(a, b listItem[T]) int { return compare(a.sortKey, b.sortKey) })

	if marker := c.params.text("Marker"); marker != "" {
		last, ok := c.decodeMarker(marker)
		if !ok {
			return nil, "", fail(awsquery.ErrInvalidParameterValue,
				"The parameter Marker is not valid. Use the Marker of the previous answer, and leave the other parameters as they were.")
		}
		next, _ := slices.BinarySearchFunc(list, last, func(one listItem[T], place []string) int {
			// What is at the marker was on the page before.
			if compare(one.sortKey, place) <= 0 {
				return -1
			}

			return 1
		})
		list = list[next:]
	}
	values := make([]T, 0, min(size, len(list)))
	for _, one := range list[:min(size, len(list))] {
		values = append(values, one.value)
	}
	if len(list) <= size {
		return values, "", nil
	}

	return values, c.encodeMarker(list[size-1].sortKey), nil
}

// marker is what a Marker is made of. It is of no use with another operation, other filters, another order or
// another account.
type markerContent struct {
	Fingerprint string   `json:"q"`
	Place       []string `json:"p"`
}

func (c *call) encodeMarker(place []string) string {
	text, err := json.Marshal(markerContent{Fingerprint: c.listFingerprint(), Place: place})
	if err != nil {
		panic(err) // strings always have a JSON form
	}

	return base64.RawURLEncoding.EncodeToString(text)
}

func (c *call) decodeMarker(text string) ([]string, bool) {
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, false
	}
	var opened markerContent
	if json.Unmarshal(decoded, &opened) != nil || opened.Fingerprint != c.listFingerprint() {
		return nil, false
	}

	return opened.Place, true
}

// question sums up everything that decides what is in a list and in which order.
func (c *call) listFingerprint() string {
	digest := sha256.New()
	write := func(parts ...string) {
		text, _ := json.Marshal(parts) // keeps apart what a mere concatenation would mix up
		digest.Write(text)
	}
	write(c.operation, c.account)
	for _, plain := range []bool{true, false} {
		for _, name := range slices.Sorted(maps.Keys(c.params)) {
			if name != "Marker" && name != "MaxRecords" && c.params[name].isPlain() == plain {
				c.params[name].write(write, name)
			}
		}
	}

	return hex.EncodeToString(digest.Sum(nil)[:12])
}
