"""Of the drills bad-push and push-breaks-push: next releases with faults, and people who keep asking meanwhile."""
