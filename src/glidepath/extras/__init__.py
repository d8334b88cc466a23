"""Task types that come with Glidepath: containers, shell scripts, SQL, sensors, sleep, echo. Each loads when it is imported."""
