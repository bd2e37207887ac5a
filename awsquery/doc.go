// Package awsquery speaks the AWS Query protocol for generated clients: parameters go out as a query or a form, answers
// and errors come in as XML. It knows no service; Amazon Redshift is one of those that speak it.
//
// Three parts are meant for people. [Error] and its [ErrorCode] are what a service refuses a call with, [ValidationError]
// is what is wrong with parameters before anything is sent, and [Transport] makes a single attempt of a call:
//
//	var refused *awsquery.Error
//	switch {
//	case errors.Is(err, awsquery.ErrAccessDenied):
//		// the caller's policy does not allow the call
//	case errors.As(err, &refused):
//		log.Print(refused.Code, refused.RequestID)
//	}
//
// The rest, [Writer], [Check], [Decoder] and [NewResultReader] with the functions around them, is the codec. It is public
// because generated code in other packages needs it; there is rarely a reason to call it by hand.
package awsquery
