"""The doors that machines use; without it nothing outside could ask whether we are well."""
