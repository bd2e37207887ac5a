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

// TestMemoryForAResponse repeats each element of each result as often as 256 KiB hold, with nothing in it, a character,
// or all that a whole one has. What is decoded takes 32 bytes of memory for each byte at most, and 4 MiB for any response.
// It is not parallel, because it measures what the whole program allocates.
func TestMemoryForAResponse(t *testing.T) {
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
			whole := form{}.document(e)
			for _, one := range []string{"<" + e.name + "/>", "<" + e.name + ">1</" + e.name + ">", whole} {
				document := before + strings.Repeat(one, size/len(one)) + after
				allocated, err := allocatedBy(t, operation, document)
				// Reading takes memory too: the buffer doubles, and the document counts five times for it.
				if allowed := uint64(32*len(document) + 4<<20 + 5*len(document)); allocated > allowed {
					t.Errorf("%s: %.60s... in %s: %d bytes for %d", operation.Name, one, before, allocated, len(document))
				}
				var malformed *codec.SyntaxError
				if err != nil && !errors.As(err, &malformed) {
					t.Errorf("%s: %.60s...: %v", operation.Name, one, err)
				}
				if err != nil && strings.Contains(err.Error(), "far more memory") {
					refused++
					if one == whole {
						t.Errorf("%s: whole elements are refused: %s: %v", operation.Name, one, err)
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
		t.Errorf("%d documents were refused, of %d elements", refused, len(elements))
	}
}

// allocatedBy returns how many bytes were allocated to read a response.
func allocatedBy(t *testing.T, operation reflect.Method, document string) (uint64, error) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := decodeInto(t, operation, document)
	runtime.ReadMemStats(&after)

	return after.TotalAlloc - before.TotalAlloc, err
}

// TestOrdinaryResponsesAreNotRefused has pages of items with hardly anything in them.
func TestOrdinaryResponsesAreNotRefused(t *testing.T) {
	t.Parallel()
	for name, list := range map[string]string{"DescribeClusters": "Clusters>Cluster", "DescribeClusterSnapshots": "Snapshots>Snapshot"} {
		outer, inner, _ := strings.Cut(list, ">")
		operation, _ := reflect.TypeFor[redshift.ClientService]().MethodByName(name)
		document := fmt.Sprintf("<%[1]sResponse><%[1]sResult><%[2]s>%[3]s</%[2]s></%[1]sResult></%[1]sResponse>", name, outer, strings.Repeat("<"+inner+"/>", 1000))
		if _, err := decodeInto(t, operation, document); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
