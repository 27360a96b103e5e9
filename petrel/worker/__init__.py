"""Door: runs journal followers, jobs and schedules; knows no subject matter."""
