"""Prints a greeting."""


def greeting():
    return "Hello, Peios!"


def main():
    print(greeting())
