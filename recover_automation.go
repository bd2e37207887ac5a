package redshift

import (
	"context"
	"strings"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/recovery"
	"github.com/redshift-go/redshift/models"
)

// recoverCreateScheduledAction also compares the state, which is Enable in the request. An action that was created without a start or an
// end has none.
func recoverCreateScheduledAction(lookUps *Client, params *CreateScheduledActionParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Recognisable,
		Settled: []awsquery.ErrorCode{models.ErrScheduledActionAlreadyExists},
		Missing: []awsquery.ErrorCode{models.ErrScheduledActionNotFound},
		See:     "DescribeScheduledActions",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, requestID, err := lookUpScheduledAction(ctx, lookUps, params.ScheduledActionName)
			if err != nil {
				return nil, err
			}
			requested := requestedAction{
				name:        params.ScheduledActionName,
				target:      params.TargetAction,
				schedule:    params.Schedule,
				role:        params.IamRole,
				description: &params.ScheduledActionDescription,
				enable:      params.Enable,
				start:       params.StartTime,
				end:         params.EndTime,
			}
			requested.compare(compare, found)
			compare.Same("StartTime", !params.StartTime.IsZero() || found.StartTime.IsZero())
			compare.Same("EndTime", !params.EndTime.IsZero() || found.EndTime.IsZero())

			return &CreateScheduledActionResult{
				ScheduledActionName:        found.ScheduledActionName,
				TargetAction:               recovery.Value(found.TargetAction),
				Schedule:                   found.Schedule,
				IamRole:                    found.IamRole,
				ScheduledActionDescription: found.ScheduledActionDescription,
				State:                      found.State,
				NextInvocations:            found.NextInvocations,
				StartTime:                  found.StartTime,
				EndTime:                    found.EndTime,
				RequestID:                  requestID,
			}, nil
		},
	}
}

func recoverModifyScheduledAction(lookUps *Client, params *ModifyScheduledActionParams) recovery.Plan {
	return recovery.Plan{
		Class:   recovery.Idempotent,
		Missing: []awsquery.ErrorCode{models.ErrScheduledActionNotFound},
		See:     "DescribeScheduledActions",
		LookUp: func(ctx context.Context, compare *recovery.Comparison) (any, error) {
			found, requestID, err := lookUpScheduledAction(ctx, lookUps, params.ScheduledActionName)
			if err != nil {
				return nil, err
			}
			requested := requestedAction{
				name:        params.ScheduledActionName,
				target:      params.TargetAction,
				schedule:    params.Schedule,
				role:        params.IamRole,
				description: params.ScheduledActionDescription,
				enable:      params.Enable,
				start:       params.StartTime,
				end:         params.EndTime,
			}
			requested.compare(compare, found)

			return &ModifyScheduledActionResult{
				ScheduledActionName:        found.ScheduledActionName,
				TargetAction:               recovery.Value(found.TargetAction),
				Schedule:                   found.Schedule,
				IamRole:                    found.IamRole,
				ScheduledActionDescription: found.ScheduledActionDescription,
				State:                      found.State,
				NextInvocations:            found.NextInvocations,
				StartTime:                  found.StartTime,
				EndTime:                    found.EndTime,
				RequestID:                  requestID,
			}, nil
		},
	}
}

func lookUpScheduledAction(ctx context.Context, lookUps *Client, name string) (*models.ScheduledAction, string, error) {
	described, err := lookUps.DescribeScheduledActions(ctx, &DescribeScheduledActionsParams{ScheduledActionName: name})
	if err != nil {
		return nil, "", err
	}
	found, err := recovery.One(described.ScheduledActions)

	return found, described.RequestID, err
}

// requestedAction is a scheduled action that a call requested. The call did not request zero values.
type requestedAction struct {
	name        string
	target      *models.ScheduledActionType
	schedule    string
	role        string
	description *string
	enable      *bool
	start, end  time.Time
}

func (r requestedAction) compare(compare *recovery.Comparison, found *models.ScheduledAction) {
	compare.Identity("ScheduledActionName", r.name, found.ScheduledActionName)
	recovery.SameRequested(compare, "TargetAction", withLowerCase(r.target), withLowerCase(found.TargetAction))
	compare.SameText("Schedule", r.schedule, found.Schedule)
	compare.SameText("IamRole", r.role, found.IamRole)
	if r.description != nil {
		compare.Same("ScheduledActionDescription", *r.description == found.ScheduledActionDescription)
	}
	if r.enable != nil {
		compare.Same("State", *r.enable == (found.State == models.ScheduledActionStateActive))
	}
	compare.SameTime("StartTime", r.start, found.StartTime)
	compare.SameTime("EndTime", r.end, found.EndTime)
}

// withLowerCase returns a copy of a target with the identifier of its cluster in lower case, as Redshift keeps it.
func withLowerCase(target *models.ScheduledActionType) *models.ScheduledActionType {
	if target == nil {
		return nil
	}
	result := *target
	if resize := result.ResizeCluster; resize != nil {
		lower := *resize
		lower.ClusterIdentifier = strings.ToLower(lower.ClusterIdentifier)
		result.ResizeCluster = &lower
	}
	if pause := result.PauseCluster; pause != nil {
		lower := *pause
		lower.ClusterIdentifier = strings.ToLower(lower.ClusterIdentifier)
		result.PauseCluster = &lower
	}
	if resume := result.ResumeCluster; resume != nil {
		lower := *resume
		lower.ClusterIdentifier = strings.ToLower(lower.ClusterIdentifier)
		result.ResumeCluster = &lower
	}

	return &result
}
