package redshift

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/url"
)

// A Client and a Config print only settings that belong in logs. A credentials provider, or the headers that an HTTP client adds, may
// contain secrets.

// Format prints the client's region and endpoint for every verb.
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

// Format prints the settings for every verb, but only the type of the credentials provider.
func (c Config) Format(state fmt.State, _ rune) {
	printAttributes(state, "redshift.Config", c.attributes())
}

// LogValue logs the settings, but only the type of the credentials provider.
func (c Config) LogValue() slog.Value { return slog.GroupValue(c.attributes()...) }

// MarshalJSON writes the settings, but only the type of the credentials provider.
func (c Config) MarshalJSON() ([]byte, error) { return marshalAttributes(c.attributes()) }

// attributes returns the settings that are not zero.
func (c Config) attributes() []slog.Attr {
	var settings []slog.Attr
	for _, text := range []slog.Attr{
		slog.String("Region", c.Region),
		slog.String("Endpoint", endpointForLog(c.Endpoint)),
		slog.String("AppID", c.AppID),
	} {
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

// endpointForLog returns an endpoint without a user name, a password, a query and a fragment, which may be secrets.
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
