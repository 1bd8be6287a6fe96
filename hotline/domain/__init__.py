"""What the business is; without it web, carrier and queue would each have their own idea of it."""
