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

// The rules in this file apply to several operations.

const (
	maxClusterIdentifier  = 63
	maxSnapshotIdentifier = 255
	maxCopyGrantName      = 63
	maxRetentionDays      = 3653
	keepForever           = -1
	maxTagKey             = 128
	maxTagValue           = 256
)

// pageSizes are the smallest and the largest MaxRecords. The largest is the default.
type pageSizes struct{ smallest, largest int }

var (
	clusterPages      = pageSizes{20, 100}
	copyGrantPages    = pageSizes{20, 100}
	orderablePages    = pageSizes{20, 100}
	schedulePages     = pageSizes{1, 100} // Amazon states none
	snapshotPages     = pageSizes{20, 100}
	tableRestorePages = pageSizes{1, 100} // Amazon states none
	tagPages          = pageSizes{10, 50}
	trackPages        = pageSizes{1, 100} // Amazon states none
	versionPages      = pageSizes{20, 100}

	nodeConfigurationPages = pageSizes{100, 500}
)

var identifierForm = regexp.MustCompile(`^[A-Za-z](-?[A-Za-z0-9])*$`)

// checkNewIdentifier checks the identifier of a new resource. Automated snapshots have other identifiers (rs:...).
func checkNewIdentifier(parameter, identifier string, longest int) *failure {
	if len(identifier) > longest || !identifierForm.MatchString(identifier) {
		return fail(awsquery.ErrInvalidParameterValue, "The parameter %s is not a valid identifier. "+
			"Identifiers have 1 to %d ASCII letters, digits and hyphens, must begin with a letter, "+
			"and must not end with a hyphen or contain two consecutive hyphens.", parameter, longest)
	}

	return nil
}

// checkNewIdentifier checks the identifier of a new resource. A permissive fake checks only its length.
func (s *state) checkNewIdentifier(parameter, identifier string, longest int) *failure {
	if s.states.options.Permissive && identifier != "" && len(identifier) <= longest {
		return nil
	}

	return checkNewIdentifier(parameter, identifier, longest)
}

// checkClusterIdentifier checks the identifier of a new cluster.
func (s *state) checkClusterIdentifier(identifier string) *failure {
	if strings.ToLower(identifier) != identifier {
		return fail(awsquery.ErrInvalidParameterValue, "The parameter ClusterIdentifier must be in lower case.")
	}

	return s.checkNewIdentifier("ClusterIdentifier", identifier, maxClusterIdentifier)
}

// retention returns the ManualSnapshotRetentionPeriod of the call, or defaultDays if it has none.
func (c *call) retention(defaultDays int) (int, *failure) {
	days, failed := c.newRetention()
	if days == nil || failed != nil {
		return defaultDays, failed
	}

	return *days, nil
}

// newRetention returns the ManualSnapshotRetentionPeriod of the call, or nil if it has none.
func (c *call) newRetention() (*int, *failure) {
	days, found := c.params.integer("ManualSnapshotRetentionPeriod")
	if !found {
		return nil, nil
	}

	return &days, checkRetention(days)
}

// checkRetention checks the retention period of manual snapshots.
func checkRetention(days int) *failure {
	if days != keepForever && (days < 1 || days > maxRetentionDays) {
		return fail(models.ErrInvalidRetentionPeriodFault,
			"The retention period specified must be either -1 or between 1 and %d, not %d.", maxRetentionDays, days)
	}

	return nil
}

// tags returns the tags of a new resource.
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

// checkTags checks the tags of one resource, except their number.
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
		return fail(models.ErrTagLimitExceededFault, "You have exceeded the number of tags allowed: a resource can have at most %d. %s",
			limit, quotaHint("Tags"))
	}

	return nil
}

// quotaHint returns the end of a message about a quota. It names the field of Quotas that sets the quota.
func quotaHint(quota string) string {
	return "Options.Quotas." + quota + " of package redshifttest sets this quota."
}

// checkUnreserved refuses the tag keys that Amazon reserves. Callers cannot add or remove them.
func checkUnreserved(key string) *failure {
	if strings.HasPrefix(strings.ToLower(key), "aws:") {
		return fail(models.ErrInvalidTagFault, "The tag key '%s' is not valid: the prefix aws: is reserved.", key)
	}

	return nil
}

func checkTagKey(key string) *failure { return checkTagText("key", key, 1, maxTagKey) }

// checkTagText checks a key or a value of a tag. It counts characters, not bytes. Letters and digits of every script are valid.
func checkTagText(part, text string, shortest, longest int) *failure {
	if length := utf8.RuneCountInString(text); length < shortest || length > longest {
		return fail(models.ErrInvalidTagFault, "A tag %s must have %d to %d characters, not %d.", part, shortest, longest, length)
	}
	for _, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" _.:/=+-@", r) {
			return fail(models.ErrInvalidTagFault,
				"The tag %s '%s' has the character %q. Use letters, digits, spaces and _ . : / = + - @.", part, text, r)
		}
	}

	return nil
}

// tagFilter selects resources that have a tag with one of the keys and one of the values. An empty list selects every key or value.
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

// listItem is a value with its sort key. Sort keys are compared part by part as strings, and each key is unique in its list. A Marker
// contains the sort key of the last value of a page. If the list changes between two pages, the pages neither repeat nor skip a
// value that stays in it.
type listItem[T any] struct {
	sortKey []string
	value   T
}

// page returns the page that MaxRecords and Marker select, and the Marker of the next page. The Marker is empty on the last page.
// Parts of the sort key that are true in descending are compared in descending order.
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
				"The parameter Marker is not valid. Use the Marker of the previous response, and do not change the other parameters.")
		}
		next, _ := slices.BinarySearchFunc(list, last, func(one listItem[T], sortKey []string) int {
			// The value at the marker was on the previous page.
			if compare(one.sortKey, sortKey) <= 0 {
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

// markerContent is the content of a Marker. The fingerprint makes it invalid for another operation, other filters, another order or
// another account.
//
// The short JSON names keep the Markers of the recorded clients valid.
type markerContent struct {
	Fingerprint string   `json:"q"`
	SortKey     []string `json:"p"`
}

func (c *call) encodeMarker(sortKey []string) string {
	text, err := json.Marshal(markerContent{Fingerprint: c.listFingerprint(), SortKey: sortKey})
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

	return opened.SortKey, true
}

// listFingerprint returns a hash of everything that selects and sorts the values of a list.
func (c *call) listFingerprint() string {
	digest := sha256.New()
	write := func(parts ...string) {
		text, _ := json.Marshal(parts) // keeps the parts distinct, unlike a concatenation
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
