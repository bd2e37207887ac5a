// Package awsquery has the errors and the transport of clients that use the AWS Query protocol. Amazon Redshift uses it: the
// parameters of a call are a query or a form, and the response is XML. The package knows no service.
//
// An [Error] is a response that is not the expected result. Its [ErrorCode] is the reason, if the service returned one. A
// [SendError] means that there was no response, and a [ValidationError] that the parameters can never be valid, so that nothing
// was sent. A [Secret] is a value that no log shows. A [Transport] makes one attempt of a call.
//
//	var refused *awsquery.Error
//	switch {
//	case errors.Is(err, awsquery.ErrAccessDenied):
//		// the caller's policy does not allow the call
//	case errors.As(err, &refused):
//		log.Print(refused.Code, refused.RequestID)
//	}
package awsquery
