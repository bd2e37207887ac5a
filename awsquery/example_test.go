package awsquery_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"

	"github.com/redshift-go/redshift/awsquery"
)

// A service refuses a call. errors.Is finds the code in an error that wraps the refusal.
func Example() {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error>`+
			`<RequestId>5c1b2f3a</RequestId></ErrorResponse>`)
	}))
	defer service.Close()
	endpoint, err := url.Parse(service.URL)
	if err != nil {
		fmt.Println(err)
		return
	}

	transport := &awsquery.Transport{Endpoint: endpoint, Client: service.Client()}
	_, err = transport.SubmitContext(context.Background(), listItems(&listItemsParams{Name: "nightly"}))
	err = fmt.Errorf("nightly job: %w", err)

	var refused *awsquery.Error
	if errors.Is(err, awsquery.ErrThrottling) && errors.As(err, &refused) {
		fmt.Println("retry later, request", refused.RequestID)
	}
	fmt.Println(err)
	// Output:
	// retry later, request 5c1b2f3a
	// nightly job: ListItems: HTTP status 400, request id 5c1b2f3a, Throttling: Rate exceeded
}

// One error has all problems of a call's parameters, without their values.
func ExampleValidationError() {
	params := &listItemsParams{Limit: new(7), Tags: []tag{{Key: "env"}, {Value: "secret"}}}
	err := params.Validate()
	fmt.Println(err)

	var invalid *awsquery.ValidationError
	if errors.As(err, &invalid) {
		fmt.Println(len(invalid.Problems), "problems, the first with", invalid.Problems[0].Parameter)
	}
	// Output:
	// ListItems: Name is required; Limit is less than 20; Tags.Tag.2.Key is required
	// 3 problems, the first with Name
}
