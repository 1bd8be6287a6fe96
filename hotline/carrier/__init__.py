"""The telephone company as we see it; without it every room would have to know Twilio's words."""
