// Package awsquery implements the errors and the transport of clients for the AWS Query protocol, which Amazon Redshift uses. In this
// protocol, the parameters of a call are a query or a form, and the response is XML. The package does not depend on a service.
//
// An [Error] is a response other than the expected result. If the service returned a code, its [ErrorCode] is the reason. A
// [SendError] means that a call got no response. A [ValidationError] means that parameters are missing or can never be valid, and
// that nothing was sent. A [Secret] is a text that logs do not show. A [Transport] makes one attempt of a call.
//
//	var refused *awsquery.Error
//	switch {
//	case errors.Is(err, awsquery.ErrAccessDenied):
//		// the caller's policy does not allow the call
//	case errors.As(err, &refused):
//		log.Print(refused.Code, refused.RequestID)
//	}
package awsquery
