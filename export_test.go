package redshift

import "time"

// NewWithoutJitter is New for tests that hold the waits: each is as long as it can be.
func NewWithoutJitter(config Config) (*Client, error) {
	client, err := newClient(config, func(string) string { return "" })
	if err == nil {
		client.invoker.jitter = func(longest time.Duration) time.Duration { return longest }
	}

	return client, err
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
