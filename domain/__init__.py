"""The words of the trade (事项, 明白纸, 办公时间…) as pure values: no files, no devices, no pixels."""
