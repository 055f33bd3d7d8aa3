"""A handler that misbehaves as the event asks."""

import os
import sys
import time


def handler(event, context):
    return globals()[event["mode"]](event, context)


def returns(event, context):
    print("hello")
    return {"request": context.aws_request_id, "name": context.function_name, "arn": context.invoked_function_arn}


def credentials(event, context):
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_") and "ENDPOINT" not in name}


def raises(event, context):
    raise ValueError("no\x1b[31m")


def hangs(event, context):
    time.sleep(60)


def exits(event, context):
    os._exit(3)


def floods(event, context):
    while True:
        print("x" * 100_000)


def forks(event, context):
    while True:
        os.fork() or time.sleep(60)


def leaves_a_daemon(event, context):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            sys.stdout.close()
            time.sleep(600)
        os._exit(0)
    os.wait()
    return os.getpid()


def takes_memory(event, context):
    return len(bytearray(4 << 30))


def returns_an_object(event, context):
    return object()


def returns_too_much(event, context):
    return "x" * (7 << 20)
