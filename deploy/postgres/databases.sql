-- The image makes the database `persona` itself. LangGraph's own server has its tables in a second one.
CREATE DATABASE langgraph;
