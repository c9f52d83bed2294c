"""The MQTT door: one connection to the broker, the topics, and the messages on them."""
