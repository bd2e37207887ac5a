package redshift

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A partition is a group of regions that share the suffixes of their host names. The data is from Amazon's SDKs.
type partition struct {
	name         string
	regions      string   // a regular expression for the names of its regions
	more         []string // the regions that do not match it
	suffix       string   // the suffix of its host names
	dualStack    string   // the suffix of its host names with IPv6 addresses
	plainForFIPS bool     // whether its ordinary hosts are FIPS hosts
}

// partitions returns the partitions in the order of Amazon's SDKs, which use the first one that matches a region.
func partitions() []partition {
	return []partition{
		{
			name:      "aws",
			regions:   `^(us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+$`,
			more:      []string{"aws-global"},
			suffix:    "amazonaws.com",
			dualStack: "api.aws",
		},
		{
			name:      "aws-cn",
			regions:   `^cn-\w+-\d+$`,
			more:      []string{"aws-cn-global"},
			suffix:    "amazonaws.com.cn",
			dualStack: "api.amazonwebservices.com.cn",
		},
		{
			name:      "aws-eusc",
			regions:   `^eusc-(de)-\w+-\d+$`,
			suffix:    "amazonaws.eu",
			dualStack: "api.amazonwebservices.eu",
		},
		{
			name:      "aws-iso",
			regions:   `^us-iso-\w+-\d+$`,
			more:      []string{"aws-iso-global"},
			suffix:    "c2s.ic.gov",
			dualStack: "api.aws.ic.gov",
		},
		{
			name:      "aws-iso-b",
			regions:   `^us-isob-\w+-\d+$`,
			more:      []string{"aws-iso-b-global"},
			suffix:    "sc2s.sgov.gov",
			dualStack: "api.aws.scloud",
		},
		{
			name:      "aws-iso-e",
			regions:   `^eu-isoe-\w+-\d+$`,
			more:      []string{"aws-iso-e-global"},
			suffix:    "cloud.adc-e.uk",
			dualStack: "api.cloud-aws.adc-e.uk",
		},
		{
			name:      "aws-iso-f",
			regions:   `^us-isof-\w+-\d+$`,
			more:      []string{"aws-iso-f-global"},
			suffix:    "csp.hci.ic.gov",
			dualStack: "api.aws.hci.ic.gov",
		},
		{
			name:         "aws-us-gov",
			regions:      `^us-gov-\w+-\d+$`,
			more:         []string{"aws-us-gov-global"},
			suffix:       "amazonaws.com",
			dualStack:    "api.aws",
			plainForFIPS: true,
		},
	}
}

// partitionOf returns the partition of a region, or the first one if no partition has the region.
func partitionOf(region string) partition {
	all := partitions()
	for _, candidate := range all {
		if slices.Contains(candidate.more, region) || regexp.MustCompile(candidate.regions).MatchString(region) {
			return candidate
		}
	}

	return all[0]
}

// regionEndpoint returns the URL of Redshift in a region.
func regionEndpoint(region string, fips, dualStack bool) *url.URL {
	group := partitionOf(region)
	host, suffix := "redshift", group.suffix
	if dualStack {
		suffix = group.dualStack
	}
	if fips && (dualStack || !group.plainForFIPS) {
		host = "redshift-fips"
	}

	return &url.URL{Scheme: "https", Host: host + "." + region + "." + suffix}
}

// checkRegion returns an error for a region that cannot be a part of a host name.
func checkRegion(region string) error {
	const label = "a region has letters, digits and hyphens, such as eu-west-1"
	switch {
	case len(region) > 63:
		return errors.New("it has more than 63 characters: " + label)
	case strings.HasPrefix(region, "-"), strings.HasSuffix(region, "-"):
		return errors.New("it begins or ends with a hyphen: " + label)
	}
	for _, character := range region {
		switch {
		case character >= 'a' && character <= 'z', character >= '0' && character <= '9', character == '-':
		case character >= 'A' && character <= 'Z':
			return errors.New("it has a capital letter: regions are in lower case, such as eu-west-1")
		default:
			return fmt.Errorf("it has the character %q: %s", character, label)
		}
	}

	return nil
}

// parseEndpoint parses the URL of an endpoint. The errors do not repeat the URL, which may contain a password.
func parseEndpoint(text string, allowInsecure bool) (*url.URL, error) {
	endpoint, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("not a URL: use one such as https://redshift.example.com:8443")
	case endpoint.Scheme != "https" && endpoint.Scheme != "http":
		return nil, errors.New("it must begin with https:// (or with http:// for this machine, as in http://localhost:8080)")
	case endpoint.Host == "" || endpoint.Hostname() == "":
		return nil, errors.New("it has no host")
	case endpoint.User != nil:
		return nil, errors.New("it has a user name: set Config.Credentials instead")
	case endpoint.RawQuery != "" || endpoint.ForceQuery:
		return nil, errors.New("it has a query, but the calls set the query: remove it")
	case strings.Contains(text, "#"): // url.Parse drops an empty fragment
		return nil, errors.New("it has a fragment (#), which is never sent: remove it")
	case strings.ContainsFunc(text, unicode.IsSpace):
		return nil, errors.New("it has a space: remove it")
	}
	if err := checkHost(endpoint); err != nil {
		return nil, err
	}
	if endpoint.Scheme == "http" && !allowInsecure && !loopback(endpoint.Hostname()) {
		return nil, errors.New("with plain http, anyone on the network path can read the requests: use https, or set Config.AllowInsecure")
	}

	return endpoint, nil
}

// checkHost returns an error for hosts and ports that no server can have. Otherwise each call would fail, some only after a DNS query.
func checkHost(endpoint *url.URL) error {
	if strings.HasSuffix(endpoint.Host, ":") {
		return errors.New("it has a colon without a port")
	}
	if port := endpoint.Port(); port != "" {
		if number, err := strconv.ParseUint(port, 10, 16); err != nil || number == 0 {
			return errors.New("its port must be a number from 1 to 65535")
		}
	}
	host := endpoint.Hostname()
	if strings.HasPrefix(endpoint.Host, "[") {
		if address, err := netip.ParseAddr(host); err != nil || !address.Is6() {
			return errors.New("its host is in brackets, but is not an IPv6 address")
		}

		return nil
	}
	name := strings.TrimSuffix(host, ".")
	if len(name) > 253 {
		return errors.New("its host has more than 253 characters")
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 {
			return errors.New("its host has a label that is empty or has more than 63 characters")
		}
		for _, c := range label {
			switch {
			case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
			case c > unicode.MaxASCII:
				return errors.New("its host has a character outside ASCII: use the xn-- form of an international name")
			default:
				return fmt.Errorf("its host has the character %q: use letters, digits, hyphens and dots", c)
			}
		}
	}

	return nil
}

// loopback reports whether a host is localhost or a loopback address. It makes no DNS query.
func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)

	return err == nil && address.Unmap().IsLoopback()
}
