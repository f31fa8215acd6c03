"""Homework: answer keys, students' answers, and what a wrong number tells."""
