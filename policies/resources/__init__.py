"""CPU, memory, storage, quotas and capacity."""
