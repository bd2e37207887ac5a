// Package codec translates between Go and the AWS Query protocol for generated code. A [Writer] writes the parameters of a call
// and a [Check] validates them. A reader from [NewResultReader] turns the response into a result or an [awsquery.Error], with a
// [Decoder] for XML. [Pages] iterates over the items of a paginated operation.
package codec
