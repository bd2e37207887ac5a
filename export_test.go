package redshift

import "time"

// NewWithoutJitter is New for tests that hold the waits: each is as long as it can be.
func NewWithoutJitter(config Config) (*Client, error) {
	client, err := newClient(config, func(string) string { return "" })
	if err == nil {
		client.caller.jitter = func(longest time.Duration) time.Duration { return longest }
	}

	return client, err
}
