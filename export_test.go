package redshift

import (
	"time"

	"github.com/redshift-go/redshift/internal/attempts"
)

// NewWithoutJitter is New for tests that hold the waits: each is as long as it can be.
func NewWithoutJitter(config Config) (*Client, error) {
	client, err := newClient(config, func(string) string { return "" })
	if err == nil {
		client.invoker.Jitter = func(longest time.Duration) time.Duration { return longest }
	}

	return WithoutWaitJitter(client), err
}

// WithoutWaitJitter makes the delays of the client's waits as long as they can be.
func WithoutWaitJitter(client *Client) *Client {
	if client != nil {
		client.waits.jitter = func(longest time.Duration) time.Duration { return longest }
	}

	return client
}

// WithWaitJitter makes the client draw the delays of its waits by the function.
func WithWaitJitter(client *Client, jitter func(longest time.Duration) time.Duration) *Client {
	client.waits.jitter = jitter

	return client
}

// ThrottlingCodes are those that [IsThrottled] knows.
var ThrottlingCodes = attempts.ThrottlingCodes
