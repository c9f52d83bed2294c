"""What `litetts-edge doctor` looks at: one module for each part of the appliance."""
