package codec_test

import (
	"errors"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/redshift-go/redshift/internal/codec"
	"github.com/redshift-go/redshift/internal/wiretest"
)

// allocatedBy returns how many bytes were allocated to decode a document.
func allocatedBy(document []byte) (allocated int, result *listItemsResult, err error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	result, err = decode(document)
	runtime.ReadMemStats(&after)

	return int(after.TotalAlloc - before.TotalAlloc), result, err
}

// TestMemoryForADocument checks that lists and structures take at most 4 MiB of memory, and 32 bytes for each byte of the document. The
// test is not parallel, because it measures the allocations of the whole program.
func TestMemoryForADocument(t *testing.T) {
	const size = 2 << 20
	repeat := func(one string) string { return strings.Repeat(one, size/len(one)) }
	padded := func(bytes int) string {
		return repeat("<Item><!--" + strings.Repeat("x", bytes-len("<Item><!----></Item>")) + "--></Item>")
	}
	// On 32 bits, pointers, strings and slices take half as much memory, and these documents are within the limit.
	on64Bits := strconv.IntSize == 64
	tests := map[string]struct {
		members string
		refused bool
	}{
		"empty items":        {"<Items>" + repeat("<Item/>") + "</Items>", true},
		"more empty items":   {"<Items>" + repeat("<Item></Item>") + "</Items>", true},
		"items with a text":  {"<Items>" + repeat("<Item>x</Item>") + "</Items>", true},
		"in many lists":      {repeat("<Items><Item/></Items>"), on64Bits},
		"one in each list":   {repeat("<Items><Item/></Items><Marker/>"), on64Bits},
		"padded to 20 bytes": {"<Items>" + padded(20) + "</Items>", true},
		"padded to 24 bytes": {"<Items>" + padded(24) + "</Items>", on64Bits},
		"padded to 28 bytes": {"<Items>" + padded(28) + "</Items>", on64Bits},
		"padded to 80 bytes": {"<Items>" + padded(80) + "</Items>", false},
		"tags":               {"<First><Tags>" + repeat("<Tag/>") + "</Tags></First>", false},
		"many lists of tags": {"<First>" + repeat("<Tags><Tag/></Tags>") + "</First>", false},
		"tags of items":      {"<Items>" + repeat("<Item><Tags><Tag/></Tags></Item>") + "</Items>", on64Bits},
		"lists of items":     {"<Items>" + repeat("<Item><Tags><Tag/></Tags><Types><Type/></Types><Times><Time/></Times></Item>") + "</Items>", false},
		"structures":         {"<Items>" + repeat("<Item><Owner/></Item>") + "</Items>", on64Bits},
		"texts":              {"<First><Types>" + repeat("<Type>x</Type>") + "</Types></First>", false},
		"different texts":    {"<First><Types>" + repeat("<Type>a</Type><Type>bc</Type><Type>def</Type>") + "</Types></First>", false},
		"empty texts":        {"<First><Types>" + repeat("<Type/>") + "</Types></First>", false},
		"colors":             {"<First><Colors>" + repeat("<Color/>") + "</Colors></First>", false},
		"integers":           {"<First><Ports>" + repeat("<Port/>") + "</Ports></First>", false},
		"longs":              {"<First><Sizes>" + repeat("<Size/>") + "</Sizes></First>", false},
		"doubles":            {"<First><Rates>" + repeat("<Rate/>") + "</Rates></First>", false},
		"booleans":           {"<First><Flags>" + repeat("<Flag/>") + "</Flags></First>", false},
		"times":              {"<First><Times>" + repeat("<Time/>") + "</Times></First>", false},
		"pointers":           {"<First>" + repeat("<Note/><Limit>1</Limit><Deleted>2026-11-23T01:02:03Z</Deleted><Owner/>") + "</First>", false},
	}
	for name, test := range tests {
		document := []byte(wiretest.Envelope(test.members))
		allocated, _, err := allocatedBy(document)
		if allowed := 32*len(document) + 4<<20 + 64<<10; allocated > allowed {
			t.Errorf("%s: decode allocates %d bytes for a document of %d, want at most %d", name, allocated, len(document), allowed)
		}
		var malformed *codec.SyntaxError
		if refused := errors.As(err, &malformed); refused != test.refused || !refused && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && !strings.Contains(err.Error(), "far more memory than the document has bytes") {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Only bytes that the Decoder has read raise the limit.
	document := []byte(wiretest.Envelope("<Items>" + strings.Repeat("<Item/>", 32<<20/len("<Item/>")) + "</Items>"))
	if allocated, result, err := allocatedBy(document); err == nil || allocated > 6<<20 {
		t.Errorf("decode allocates %d bytes for a document of %d, and returns %d items: %v", allocated, len(document), len(result.Items), err)
	}
}
