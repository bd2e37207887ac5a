package redshift_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/redshift-go/redshift"
	"github.com/redshift-go/redshift/internal/codec"
)

// Repeats each element of each result until the document has 256 KiB. The element is empty, has one character, or is a complete
// one. A decoded result takes at most 32 bytes of memory for each byte, plus 4 MiB for any response. The test is not parallel,
// because it measures the allocations of the whole program.
func TestMemoryOfAResponseIsLimited(t *testing.T) {
	const size = 256 << 10
	service := reflect.TypeFor[redshift.ClientService]()
	refused, elements := 0, make(map[string]bool)
	for i := range service.NumMethod() {
		operation := service.Method(i)
		filled := reflect.New(operation.Type.Out(0).Elem())
		number := 0
		fill(t, filled.Elem(), &number)
		var body bytes.Buffer
		root := xml.StartElement{Name: xml.Name{Local: operation.Name + "Response"}}
		if err := xml.NewEncoder(&body).EncodeElement(filled.Interface(), root); err != nil {
			t.Fatal(err)
		}
		var repeat func(before, after string, parent, e *element)
		repeat = func(before, after string, parent, e *element) {
			place := parent.name + ">" + e.name
			if elements[place] {
				return
			}
			elements[place] = true
			whole := xmlForm{}.document(e)
			for _, one := range []string{"<" + e.name + "/>", "<" + e.name + ">1</" + e.name + ">", whole} {
				document := before + strings.Repeat(one, size/len(one)) + after
				allocated, err := allocatedBy(t, operation, document)
				// Reading also takes memory: the buffer doubles, so the document counts five times.
				if allowed := uint64(32*len(document) + 4<<20 + 5*len(document)); allocated > allowed {
					t.Errorf("%s: %.60s... in %s: allocated %d bytes for %d", operation.Name, one, before, allocated, len(document))
				}
				var malformed *codec.SyntaxError
				if err != nil && !errors.As(err, &malformed) {
					t.Errorf("%s: %.60s...: err = %v", operation.Name, one, err)
				}
				if err != nil && strings.Contains(err.Error(), "far more memory") {
					refused++
					if one == whole {
						t.Errorf("%s: complete elements are refused: %s: %v", operation.Name, one, err)
					}
				}
			}
			for _, child := range e.children {
				repeat(before+"<"+e.name+">", "</"+e.name+">"+after, e, child)
			}
		}
		result := parseElement(t, body.Bytes())
		for _, child := range result.children {
			repeat("<"+result.name+">", "</"+result.name+">", result, child)
		}
	}
	if refused < 2 || len(elements) < 100 {
		t.Errorf("got %d refused documents of %d elements", refused, len(elements))
	}
}

// allocatedBy returns the number of bytes that reading a response allocates.
func allocatedBy(t *testing.T, operation reflect.Method, document string) (uint64, error) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := decodeInto(t, operation, document)
	runtime.ReadMemStats(&after)

	return after.TotalAlloc - before.TotalAlloc, err
}

// Pages of almost empty items are not refused.
func TestOrdinaryResponsesAreNotRefused(t *testing.T) {
	t.Parallel()
	for name, list := range map[string]string{"DescribeClusters": "Clusters>Cluster", "DescribeClusterSnapshots": "Snapshots>Snapshot"} {
		outer, inner, _ := strings.Cut(list, ">")
		operation, _ := reflect.TypeFor[redshift.ClientService]().MethodByName(name)
		document := fmt.Sprintf("<%[1]sResponse><%[1]sResult><%[2]s>%[3]s</%[2]s></%[1]sResult></%[1]sResponse>", name, outer, strings.Repeat("<"+inner+"/>", 1000))
		if _, err := decodeInto(t, operation, document); err != nil {
			t.Errorf("%s: err = %v, want nil", name, err)
		}
	}
}
