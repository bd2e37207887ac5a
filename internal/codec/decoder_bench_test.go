package codec_test

import (
	"encoding/xml"
	"reflect"
	"testing"

	"github.com/redshift-go/redshift/internal/codec"
)

func decodeSnapshots(tb testing.TB, document []byte) *listSnapshotsResult {
	tb.Helper()
	d := codec.NewDecoder(document)
	result := new(listSnapshotsResult)
	if d.Next() {
		result.DecodeQuery(d)
		d.Next()
	}
	if err := d.Err(); err != nil {
		tb.Fatal(err)
	}

	return result
}

func TestPageAgainstEncodingXML(t *testing.T) {
	t.Parallel()
	document := page(100)
	got, want := decodeSnapshots(t, document), new(listSnapshotsResult)
	if err := xml.Unmarshal(document, want); err != nil {
		t.Fatal(err)
	}
	if len(got.Snapshots) != 100 || !reflect.DeepEqual(got, want) {
		t.Errorf("the %d snapshots differ from those that encoding/xml reads", len(got.Snapshots))
	}
}

func TestPageAllocations(t *testing.T) {
	document := page(100)
	// 400 of the 2,000 texts on the page differ between items. Each list and each pointer is one allocation.
	if allocations := testing.AllocsPerRun(20, func() { decodeSnapshots(t, document) }); allocations > 900 {
		t.Errorf("a page of 100 snapshots needs %.0f allocations, want at most 900", allocations)
	}
}

func BenchmarkDecodePage(b *testing.B) {
	document := page(100)
	b.Run("awsquery", func(b *testing.B) {
		b.SetBytes(int64(len(document)))
		b.ReportAllocs()
		for b.Loop() {
			decodeSnapshots(b, document)
		}
	})
	b.Run("encoding-xml", func(b *testing.B) {
		b.SetBytes(int64(len(document)))
		b.ReportAllocs()
		for b.Loop() {
			if err := xml.Unmarshal(document, new(listSnapshotsResult)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
