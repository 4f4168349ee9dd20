#!/usr/bin/env bash
# Bash stays process 1, and passes no signal on.
echo "Info: Starting CHT Sentinel"
/usr/lib/stand-in/python /service/sentinel/sentinel.py
