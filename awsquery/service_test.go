package awsquery_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/go-openapi/runtime"
	"github.com/go-openapi/strfmt"
	"go.uber.org/goleak"

	"github.com/redshift-go/redshift/internal/codec"
	"github.com/redshift-go/redshift/internal/testenv"
	"github.com/redshift-go/redshift/internal/wiretest"
)

func TestMain(m *testing.M) {
	testenv.ClearAWS()
	goleak.VerifyTestMain(m)
}

// The types of this file are like generated types. Package codec has a test with a member of every kind.

type tag = wiretest.Tag

type listItemsParams struct {
	Name    string
	Always  string
	Limit   *int
	Force   bool
	Tags    []tag
	Timeout time.Duration
	Header  map[string]string
}

func (p *listItemsParams) WriteToRequest(request runtime.ClientRequest, _ strfmt.Registry) error {
	if p.Timeout != 0 {
		if err := request.SetTimeout(p.Timeout); err != nil {
			return err
		}
	}
	for name, value := range p.Header {
		if err := request.SetHeaderParam(name, value); err != nil {
			return err
		}
	}
	w := codec.NewWriter(request)
	w.String("Name", p.Name)
	w.RequiredString("Always", p.Always)
	w.OptionalInteger("Limit", p.Limit)
	w.Boolean("Force", p.Force)
	codec.Structures(&w, "Tags.Tag", p.Tags)
	w.String("Version", "2012-12-01")

	return w.Err()
}

func (p *listItemsParams) Validate() error {
	c := codec.NewCheck("ListItems")
	c.Required("Name", p.Name != "")
	c.OptionalMinimum("Limit", p.Limit, 20)
	codec.CheckStructures(&c, "Tags.Tag", p.Tags)

	return c.Err()
}

type listItemsResult struct{ Marker string }

func (r *listItemsResult) DecodeQuery(d *codec.Decoder) {
	for d.NextMember() {
		if string(d.Name()) == "Marker" {
			r.Marker = d.Text()
		} else {
			d.Skip()
		}
	}
}

func listItems(params runtime.ClientRequestWriter) *runtime.ClientOperation {
	return wiretest.ListItems[listItemsResult](params)
}

func createItem(params runtime.ClientRequestWriter) *runtime.ClientOperation {
	return wiretest.CreateItem[listItemsResult](params)
}

// call makes a call of ListItems that gets the given response.
func call(tb testing.TB, status int, body string, header http.Header) (*listItemsResult, error) {
	tb.Helper()

	return wiretest.Call[listItemsResult](tb, &listItemsParams{}, status, body, header)
}
