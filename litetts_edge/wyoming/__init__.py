"""The Wyoming protocol: text to speech, and a loudspeaker, for Home Assistant. It knows no authentication."""
