package redshift

import (
	"time"

	"github.com/redshift-go/redshift/internal/attempts"
)

// NewWithoutJitter is New for tests that measure delays: every delay has its maximum.
func NewWithoutJitter(config Config) (*Client, error) {
	client, err := newClient(config, func(string) string { return "" })
	if err == nil {
		client.invoker.Jitter = func(longest time.Duration) time.Duration { return longest }
	}

	return WithoutWaitJitter(client), err
}

// WithoutWaitJitter sets the delays of the client's waits to their maximum.
func WithoutWaitJitter(client *Client) *Client {
	if client != nil {
		client.waits.jitter = func(longest time.Duration) time.Duration { return longest }
	}

	return client
}

// WithWaitJitter sets the function that draws the delays of the client's waits.
func WithWaitJitter(client *Client, jitter func(longest time.Duration) time.Duration) *Client {
	client.waits.jitter = jitter

	return client
}

// ThrottlingCodes are the codes that [IsThrottled] reports as throttling.
var ThrottlingCodes = attempts.ThrottlingCodes
