#!/bin/sh
A='a b'
