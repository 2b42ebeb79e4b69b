"""What every store and every engine has to keep."""
