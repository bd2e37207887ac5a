package redshift

import "time"

// NewWithoutJitter is New for tests that hold the waits: each is as long as it can be.
func NewWithoutJitter(config Config) (*Client, error) {
	client, err := newClient(config, func(string) string { return "" })
	if err == nil {
		client.invoker.jitter = func(longest time.Duration) time.Duration { return longest }
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

// Outcomes has, for each operation that changes something: its class, the code that settles a later attempt, and where
// its effect shows.
func Outcomes() map[string][3]string {
	described := make(map[string][3]string)
	for operation, known := range outcomes() {
		class := known.class
		if class == unrecognisable {
			class = "unrecognisable"
		}
		described[operation] = [3]string{string(class), string(known.settled), known.look}
	}

	return described
}

// ThrottlingCodes are those that [IsThrottled] knows.
var ThrottlingCodes = throttlingCodes
