#!/usr/bin/env bash
# Bash stays process 1, and passes no signal on.
echo "Info: Starting CHT API"
/usr/lib/stand-in/python /service/api/api.py
