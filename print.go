package redshift

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/url"
)

// A Client and a Config print what a log may hold, whatever prints them: a provider of the caller's own, or the headers
// that an HTTP client adds, may be secrets in the open.

// Format prints the client's region and endpoint, whatever the verb.
func (c *Client) Format(state fmt.State, _ rune) {
	printAttributes(state, "redshift.Client", c.attributes())
}

// LogValue logs the client's region and endpoint.
func (c *Client) LogValue() slog.Value { return slog.GroupValue(c.attributes()...) }

// MarshalJSON writes the client's region and endpoint.
func (c *Client) MarshalJSON() ([]byte, error) { return marshalAttributes(c.attributes()) }

func (c *Client) attributes() []slog.Attr {
	return []slog.Attr{slog.String("Region", c.Region()), slog.String("Endpoint", c.Endpoint())}
}

// Format prints the settings, whatever the verb, but of the credentials only what kind they are.
func (c Config) Format(state fmt.State, _ rune) {
	printAttributes(state, "redshift.Config", c.attributes())
}

// LogValue logs the settings, but of the credentials only what kind they are.
func (c Config) LogValue() slog.Value { return slog.GroupValue(c.attributes()...) }

// MarshalJSON writes the settings, but of the credentials only what kind they are.
func (c Config) MarshalJSON() ([]byte, error) { return marshalAttributes(c.attributes()) }

// attributes are the settings that are set.
func (c Config) attributes() []slog.Attr {
	var settings []slog.Attr
	for _, text := range []slog.Attr{slog.String("Region", c.Region), slog.String("Endpoint", endpointForLog(c.Endpoint)), slog.String("AppID", c.AppID)} {
		if text.Value.String() != "" {
			settings = append(settings, text)
		}
	}
	if c.Credentials != nil {
		settings = append(settings, slog.String("Credentials", fmt.Sprintf("%T", c.Credentials)))
	}
	for _, flag := range []slog.Attr{
		slog.Bool("UseFIPS", c.UseFIPS),
		slog.Bool("UseDualStack", c.UseDualStack),
		slog.Bool("IgnoreEnvironment", c.IgnoreEnvironment),
		slog.Bool("DisableParamValidation", c.DisableParamValidation),
		slog.Bool("AllowInsecure", c.AllowInsecure),
	} {
		if flag.Value.Bool() {
			settings = append(settings, flag)
		}
	}

	return settings
}

// endpointForLog is an endpoint without the password and the query that somebody may have put into it by mistake.
func endpointForLog(text string) string {
	endpoint, err := url.Parse(text)
	if err != nil {
		return "(not a URL)"
	}
	endpoint.User, endpoint.RawQuery, endpoint.Fragment, endpoint.Opaque = nil, "", "", ""

	return endpoint.String()
}

func printAttributes(to io.Writer, name string, attributes []slog.Attr) {
	fmt.Fprintf(to, "%s{", name)
	for i, attribute := range attributes {
		if i > 0 {
			io.WriteString(to, ", ")
		}
		fmt.Fprintf(to, "%s: %v", attribute.Key, attribute.Value)
	}
	io.WriteString(to, "}")
}

func marshalAttributes(attributes []slog.Attr) ([]byte, error) {
	values := make(map[string]any, len(attributes))
	for _, attribute := range attributes {
		values[attribute.Key] = attribute.Value.Any()
	}

	return json.Marshal(values)
}
