package codec_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-openapi/runtime"
	"github.com/go-openapi/strfmt"

	"github.com/redshift-go/redshift/internal/codec"
	"github.com/redshift-go/redshift/internal/wiretest"
)

// listItemsParams are parameters of every kind. It writes and checks them like generated code.
type listItemsParams struct {
	Name      string
	Always    string
	Maybe     *string
	Port      int
	Limit     *int
	Bytes     int64
	MoreBytes *int64
	Rate      float64
	MoreRate  *float64
	Force     bool
	Deep      *bool
	From      time.Time
	Until     time.Time
	Tags      []tag
	Keys      []string
	Colors    []color
	Ports     []int
	Sizes     []int64
	Rates     []float64
	Flags     []bool
	Times     []time.Time
	Timeout   time.Duration
	Header    map[string]string
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
	w.OptionalString("Maybe", p.Maybe)
	w.Integer("Port", p.Port)
	w.OptionalInteger("Limit", p.Limit)
	w.Long("Bytes", p.Bytes)
	w.OptionalLong("MoreBytes", p.MoreBytes)
	w.Double("Rate", p.Rate)
	w.OptionalDouble("MoreRate", p.MoreRate)
	w.Boolean("Force", p.Force)
	w.OptionalBoolean("Deep", p.Deep)
	w.Time("From", p.From)
	w.Time("Until", p.Until)
	codec.Structures(&w, "Tags.Tag", p.Tags)
	codec.Strings(&w, "Keys.Key", p.Keys)
	codec.Strings(&w, "Colors.Color", p.Colors)
	codec.Integers(&w, "Ports.Port", p.Ports)
	codec.Longs(&w, "Sizes.Size", p.Sizes)
	codec.Doubles(&w, "Rates.Rate", p.Rates)
	codec.Booleans(&w, "Flags.Flag", p.Flags)
	codec.Times(&w, "Times.Time", p.Times)
	w.String("Version", "2012-12-01")

	return w.Err()
}

func (p *listItemsParams) Validate() error {
	c := codec.NewCheck("ListItems")
	c.Required("Name", p.Name != "")
	c.MinLength("Name", p.Name, 2)
	c.MaxLength("Name", p.Name, 8)
	c.OptionalMinimum("Limit", p.Limit, 20)
	c.OptionalMaximum("Limit", p.Limit, 100)
	c.MaxItems("Keys.Key", len(p.Keys), 3)
	codec.CheckStructures(&c, "Tags.Tag", p.Tags)

	return c.Err()
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

func TestParametersOnTheWire(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 1, 2, 3, 0, time.FixedZone("", 3600))
	const rest = "Action=ListItems&Always=&Force=false"
	tests := map[string]struct {
		params listItemsParams
		want   string
	}{
		"nothing":      {listItemsParams{}, rest + "&Version=2012-12-01"},
		"text":         {listItemsParams{Name: "a b+c&d=e/f~g%é"}, rest + "&Name=a%20b%2Bc%26d%3De%2Ff~g%25%C3%A9&Version=2012-12-01"},
		"empty text":   {listItemsParams{Maybe: new("")}, rest + "&Maybe=&Version=2012-12-01"},
		"integers":     {listItemsParams{Port: 5439, Limit: new(0)}, rest + "&Limit=0&Port=5439&Version=2012-12-01"},
		"longs":        {listItemsParams{Bytes: math.MinInt64, MoreBytes: new(int64(0))}, "Action=ListItems&Always=&Bytes=-9223372036854775808&Force=false&MoreBytes=0&Version=2012-12-01"},
		"doubles":      {listItemsParams{Rate: 1.5, MoreRate: new(0.0)}, rest + "&MoreRate=0&Rate=1.5&Version=2012-12-01"},
		"no doubles":   {listItemsParams{Rates: []float64{math.NaN(), math.Inf(1), math.Inf(-1)}}, rest + "&Rates.Rate.1=NaN&Rates.Rate.2=Infinity&Rates.Rate.3=-Infinity&Version=2012-12-01"},
		"boolean":      {listItemsParams{Deep: new(false)}, "Action=ListItems&Always=&Deep=false&Force=false&Version=2012-12-01"},
		"time":         {listItemsParams{From: at}, "Action=ListItems&Always=&Force=false&From=2026-11-23T00%3A02%3A03Z&Version=2012-12-01"},
		"fraction":     {listItemsParams{Until: at.Add(1500 * time.Microsecond)}, rest + "&Until=2026-11-23T00%3A02%3A03.001Z&Version=2012-12-01"},
		"nanoseconds":  {listItemsParams{From: at.Add(567_891_234)}, "Action=ListItems&Always=&Force=false&From=2026-11-23T00%3A02%3A03.567Z&Version=2012-12-01"},
		"tenths":       {listItemsParams{Until: at.Add(500 * time.Millisecond)}, rest + "&Until=2026-11-23T00%3A02%3A03.5Z&Version=2012-12-01"},
		"almost":       {listItemsParams{Until: at.Add(999_999_999)}, rest + "&Until=2026-11-23T00%3A02%3A03.999Z&Version=2012-12-01"},
		"hardly":       {listItemsParams{Until: at.Add(999_999)}, rest + "&Until=2026-11-23T00%3A02%3A03Z&Version=2012-12-01"},
		"before 1970":  {listItemsParams{Until: time.Date(1969, 12, 31, 23, 59, 59, 123_999_999, time.UTC)}, rest + "&Until=1969-12-31T23%3A59%3A59.123Z&Version=2012-12-01"},
		"first year":   {listItemsParams{Until: time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)}, rest + "&Until=0000-01-01T00%3A00%3A00Z&Version=2012-12-01"},
		"last year":    {listItemsParams{Times: []time.Time{time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC)}}, rest + "&Times.Time.1=9999-12-31T23%3A59%3A59.999Z&Version=2012-12-01"},
		"lists":        {listItemsParams{Keys: []string{"b", "", "a"}, Ports: []int{0, 7}}, rest + "&Keys.Key.1=b&Keys.Key.2=&Keys.Key.3=a&Ports.Port.1=0&Ports.Port.2=7&Version=2012-12-01"},
		"more lists":   {listItemsParams{Colors: []color{"red"}, Flags: []bool{true}, Sizes: []int64{1}, Times: []time.Time{at}}, "Action=ListItems&Always=&Colors.Color.1=red&Flags.Flag.1=true&Force=false&Sizes.Size.1=1&Times.Time.1=2026-11-23T00%3A02%3A03Z&Version=2012-12-01"},
		"empty lists":  {listItemsParams{Keys: []string{}, Tags: []tag{}}, rest + "&Version=2012-12-01"},
		"structures":   {listItemsParams{Tags: []tag{{Key: "env", Value: "prod"}, {Key: "k"}}}, rest + "&Tags.Tag.1.Key=env&Tags.Tag.1.Value=prod&Tags.Tag.2.Key=k&Tags.Tag.2.Value=&Version=2012-12-01"},
		"eleven items": {listItemsParams{Ports: []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}}, rest + "&Ports.Port.1=1&Ports.Port.10=10&Ports.Port.11=11&Ports.Port.2=2&Ports.Port.3=3&Ports.Port.4=4&Ports.Port.5=5&Ports.Port.6=6&Ports.Port.7=7&Ports.Port.8=8&Ports.Port.9=9&Version=2012-12-01"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := new(wiretest.RoundTripper)
			if _, err := wiretest.NewTransport(t, base).SubmitContext(t.Context(), listItems(&test.params)); err != nil {
				t.Fatal(err)
			}
			request := base.Sent[0]
			if request.URL.RawQuery != test.want {
				t.Errorf("the query is\n%s, want\n%s", request.URL.RawQuery, test.want)
			}
			if request.Method != http.MethodGet || request.URL.Path != "/" || request.Host != "items.example.com" {
				t.Errorf("the request is %s %s%s, want GET items.example.com/", request.Method, request.Host, request.URL.Path)
			}
		})
	}
}

func TestTimeOutOfRange(t *testing.T) {
	t.Parallel()
	base := new(wiretest.RoundTripper)
	params := &listItemsParams{Times: []time.Time{time.Unix(0, 0), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}}
	_, err := wiretest.NewTransport(t, base).SubmitContext(t.Context(), listItems(params))
	if err == nil || !strings.Contains(err.Error(), "ListItems: write the parameter Times.Time.2: the time is outside") {
		t.Error(err)
	}
	if len(base.Sent) != 0 {
		t.Error("the request was sent")
	}
}

// recorder is a go-openapi request that no Transport made. It records the parameters.
type recorder struct {
	runtime.TestClientRequest
	got     []string
	refuses string // the name of a parameter that returns an error
}

func (r *recorder) SetQueryParam(name string, values ...string) error {
	if name == r.refuses {
		return errors.New("no such thing")
	}
	r.got = append(r.got, name+"="+strings.Join(values, ","))

	return nil
}

func TestParametersForAnotherTransport(t *testing.T) {
	t.Parallel()
	params := &listItemsParams{Name: "a b", Port: 7, Tags: []tag{{Key: "env", Value: "prod"}}, Keys: []string{"k"}}
	request := new(recorder)
	if err := params.WriteToRequest(request, nil); err != nil {
		t.Fatal(err)
	}
	want := []string{"Name=a b", "Always=", "Port=7", "Force=false", "Tags.Tag.1.Key=env", "Tags.Tag.1.Value=prod", "Keys.Key.1=k", "Version=2012-12-01"}
	if !slices.Equal(request.got, want) {
		t.Errorf("the parameters are %q, want %q", request.got, want)
	}

	request = &recorder{refuses: "Tags.Tag.1.Value"}
	err := params.WriteToRequest(request, nil)
	if err == nil || err.Error() != "write the parameter Tags.Tag.1.Value: no such thing" {
		t.Error(err)
	}
	if last := request.got[len(request.got)-1]; last != "Tags.Tag.1.Key=env" {
		t.Errorf("the last parameter is %s, want the one before the error", last)
	}

	writer := codec.NewWriter(nil)
	writer.String("Name", "x")
	if writer.Err() == nil {
		t.Error("a Writer without a request has no error")
	}
}

// nested is a list item with lists.
type nested struct {
	Name string
	Tags []tag
	Keys []string
}

func (n *nested) WriteQuery(w *codec.Writer) {
	codec.Structures(w, "Tags.Tag", n.Tags)
	codec.Strings(w, "Keys.Key", n.Keys)
	w.String("Name", n.Name)
}

func (n *nested) CheckQuery(c *codec.Check) {
	codec.CheckStructures(c, "Tags.Tag", n.Tags)
	c.Required("Name", n.Name != "")
}

func TestListsInLists(t *testing.T) {
	t.Parallel()
	items := []nested{{Name: "a"}, {Tags: []tag{{Key: "x"}, {}}, Keys: []string{"k"}}}
	write := runtime.ClientRequestWriterFunc(func(request runtime.ClientRequest, _ strfmt.Registry) error {
		w := codec.NewWriter(request)
		codec.Structures(&w, "Items.Item", items)
		w.String("Zone", "z")

		return w.Err()
	})
	const want = "Items.Item.1.Name=a Items.Item.2.Keys.Key.1=k Items.Item.2.Tags.Tag.1.Key=x Items.Item.2.Tags.Tag.1.Value= " +
		"Items.Item.2.Tags.Tag.2.Key= Items.Item.2.Tags.Tag.2.Value= Zone=z"

	foreign := new(recorder)
	if err := write.WriteToRequest(foreign, nil); err != nil {
		t.Fatal(err)
	}
	slices.Sort(foreign.got)
	if got := strings.Join(foreign.got, " "); got != want {
		t.Errorf("the recorder has\n%s, want\n%s", got, want)
	}
	base := new(wiretest.RoundTripper)
	if _, err := wiretest.NewTransport(t, base).SubmitContext(t.Context(), listItems(write)); err != nil {
		t.Fatal(err)
	}
	if got := base.Sent[0].URL.RawQuery; got != "Action=ListItems&"+strings.ReplaceAll(want, " ", "&") {
		t.Errorf("the query is\n%s, want\n%s", got, want)
	}

	c := codec.NewCheck("CreateItems")
	codec.CheckStructures(&c, "Items.Item", items)
	c.Required("Zone", false)
	const problems = "CreateItems: Items.Item.2.Tags.Tag.2.Key is required; Items.Item.2.Name is required; Zone is required"
	if err := c.Err(); err == nil || err.Error() != problems {
		t.Errorf("Err() = %v, want %s", err, problems)
	}
}

// FuzzLists checks that the query or the form of a request has the list items that were written.
func FuzzLists(f *testing.F) {
	f.Add("env", "prod", "a b", 3)
	f.Add("", "+&=%/~", "\x00\xff", 40)
	f.Fuzz(func(t *testing.T, key, value, text string, count int) {
		params := &listItemsParams{Always: value}
		want := url.Values{"Action": {"ListItems"}, "Version": {"2012-12-01"}, "Always": {value}, "Force": {"false"}}
		for i := range min(max(count, 0), 40) {
			params.Tags = append(params.Tags, tag{Key: key, Value: value})
			params.Keys = append(params.Keys, text)
			want.Set(fmt.Sprintf("Tags.Tag.%d.Key", i+1), key)
			want.Set(fmt.Sprintf("Tags.Tag.%d.Value", i+1), value)
			want.Set(fmt.Sprintf("Keys.Key.%d", i+1), text)
		}
		base := new(wiretest.RoundTripper)
		if _, err := wiretest.NewTransport(t, base).SubmitContext(context.Background(), listItems(params)); err != nil {
			t.Fatal(err)
		}
		request := base.Sent[0]
		query := request.URL.RawQuery
		if request.Method == http.MethodPost {
			body, err := io.ReadAll(request.Body)
			if err != nil || query != "" {
				t.Fatalf("the POST has the query %q, and reading its body returns %v", query, err)
			}
			query = string(body)
		}
		if strings.Contains(query, "+") {
			t.Errorf("the query has a plus sign: %s", query)
		}
		got, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Errorf("the query has %d parameters, want %d", len(got), len(want))
		}
		for name := range want {
			if !slices.Equal(got[name], want[name]) {
				t.Errorf("%s is %q, want %q", name, got[name], want[name])
			}
		}
	})
}
